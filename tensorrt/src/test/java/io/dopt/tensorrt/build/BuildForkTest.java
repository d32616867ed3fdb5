package io.dopt.tensorrt.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dopt.runtime.build.BuildOptions;
import io.dopt.runtime.build.OptimizationProfile;
import io.dopt.runtime.build.PlanRequest;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes, as far as they go. */
class BuildForkTest {
  private static final long PLENTY = 64L << 30;
  private static final Duration LONG = Duration.ofMinutes(5);

  /** Long for what takes a second, for what would hang otherwise. */
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir private Path folder;
  private final List<String> progress = new ArrayList<>();

  @Test
  void keepsTheLogAndPassesProgressOn() throws IOException {
    run("chatter", PLENTY, LONG);

    assertEquals(List.of("half way"), progress);
    assertEquals(
        List.of("warning: about to chatter", "other: [native] not JSON", "progress: half way"),
        Files.readAllLines(folder.resolve("log")));
  }

  @Test
  void stopsWhatTakesTooLong() {
    DoptException stopped = refused("sleep", PLENTY, Duration.ofMillis(300));

    assertEquals(ErrorCode.ENGINE, stopped.code());
    assertTrue(stopped.getMessage().contains("--time-limit"), stopped.getMessage());
    assertNothingRuns();
  }

  @Test
  void stopsWhatTakesTooMuchMemory() {
    DoptException stopped = refused("allocate", 128L << 20, LONG);

    assertEquals(ErrorCode.ENGINE, stopped.code());
    assertTrue(
        stopped.getMessage().startsWith("Building unet test took more than 0.13 GiB of memory"),
        stopped.getMessage());
    assertNothingRuns();
  }

  @Test
  void whatCannotBeLoggedIsNotBegun() throws IOException {
    Files.createDirectory(folder.resolve("log"));

    DoptException refused = refused("flood", PLENTY, SOON);

    assertEquals(ErrorCode.IO, refused.code(), refused.getMessage());
    assertTrue(refused.getMessage().contains("cannot be written"), refused.getMessage());
    assertNothingRuns();
  }

  @Test
  void aLogThatFillsUpIsAnError() throws IOException {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full), "there is no device that is full");
    Files.createSymbolicLink(folder.resolve("log"), full);

    DoptException refused = refused("flood", PLENTY, SOON);

    assertEquals(ErrorCode.IO, refused.code(), refused.getMessage());
    assertNothingRuns();
  }

  @Test
  void anErrorOfWhoHearsTheProgressEndsTheProcess() {
    IllegalStateException error = new IllegalStateException("cannot be shown");

    IllegalStateException thrown =
        assertThrows(
            IllegalStateException.class,
            () ->
                run(
                    "flood",
                    PLENTY,
                    SOON,
                    line -> {
                      throw error;
                    }));

    assertSame(error, thrown);
    assertNothingRuns();
  }

  @Test
  void progressIsToldByTheThreadThatWaits() {
    List<Thread> threads = new ArrayList<>();

    run("flood", PLENTY, SOON, line -> threads.add(Thread.currentThread()));

    assertEquals(List.of(Thread.currentThread()), threads);
  }

  @Test
  void aCrashIsAnError() {
    DoptException aborted = refused("abort", PLENTY, LONG);
    DoptException crashed = refused("segfault", PLENTY, LONG);

    assertEquals(ErrorCode.ENGINE, aborted.code());
    assertTrue(aborted.getMessage().contains("crashed (aborted)"), aborted.getMessage());
    assertTrue(aborted.getMessage().contains("about to abort"), aborted.getMessage());
    assertTrue(aborted.getMessage().contains("Its log is"), aborted.getMessage());
    assertTrue(crashed.getMessage().contains("crashed at C [libc"), crashed.getMessage());
    assertTrue(crashed.getMessage().contains("about to segfault"), crashed.getMessage());
    assertTrue(Files.exists(folder.resolve("log.crash")), "the Java machine's own report");
  }

  @Test
  void endingWithoutAResultIsAnError() {
    DoptException ended = refused("exit", PLENTY, LONG);

    assertTrue(ended.getMessage().contains("exit code 3 and no result"), ended.getMessage());
  }

  @Test
  void aRefusalKeepsItsCode() {
    DoptException refused = refused("refuse", PLENTY, LONG);

    assertEquals(ErrorCode.UNSUPPORTED, refused.code());
    assertTrue(
        refused.getMessage().startsWith("unet test could not be built: the node 'x' is odd."),
        refused.getMessage());
  }

  @Test
  void anInterruptionEndsTheProcess() {
    Thread.currentThread().interrupt();

    DoptException interrupted = refused("sleep", PLENTY, LONG);

    assertEquals(ErrorCode.INTERRUPTED, interrupted.code());
    assertTrue(Thread.interrupted(), "the thread stays interrupted");
    assertNothingRuns();
  }

  private static void assertNothingRuns() {
    assertFalse(
        ProcessHandle.current()
            .descendants()
            .anyMatch(
                it ->
                    it.info()
                            .commandLine()
                            .map(line -> line.contains(MisbehavingBuild.class.getName()))
                            .orElse(false)
                        && it.isAlive()
                        && !isEnding(it)));
  }

  /** A process that was killed is there until the system has taken it down. */
  private static boolean isEnding(ProcessHandle process) {
    try {
      process.onExit().get(10, TimeUnit.SECONDS);
      return true;
    } catch (ExecutionException | TimeoutException | InterruptedException e) {
      return false;
    }
  }

  private DoptException refused(String mode, long memory, Duration time) {
    return assertThrows(DoptException.class, () -> run(mode, memory, time));
  }

  private void run(String mode, long memory, Duration time) {
    run(mode, memory, time, progress::add);
  }

  private void run(String mode, long memory, Duration time, Consumer<String> listener) {
    PlanRequest request =
        new PlanRequest(
            "unet test",
            folder.resolve("model.onnx"),
            new OptimizationProfile(new TreeMap<>()),
            BuildOptions.defaults(),
            folder.resolve("timing"),
            folder.resolve("plan"),
            folder.resolve("inspection"),
            folder.resolve("log"),
            memory,
            time);
    List<String> command =
        new ArrayList<>(TensorRtPlanBuilder.command(request, folder.resolve("order")));
    command.set(command.indexOf(BuildProcess.class.getName()), MisbehavingBuild.class.getName());
    command.set(command.size() - 1, mode);
    new BuildFork(request, listener).run(command, Map.of());
  }
}
