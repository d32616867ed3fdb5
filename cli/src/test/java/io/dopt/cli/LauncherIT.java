package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./dopt} as a process; runs after the package phase, so that dopt is built. */
@DisabledOnOs(OS.WINDOWS)
class LauncherIT {
  private static final Path DOPT = Path.of(System.getProperty("dopt.root"), "dopt");
  private static final Path EXAMPLE =
      Path.of(System.getProperty("dopt.root"), "examples", "shapes-world");

  @TempDir Path folder;

  private record Finished(int exitCode, String out, String err) {}

  private Finished run(Map<String, String> environment, Path command, String... arguments)
      throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of(command.toString()));
    words.addAll(List.of(arguments));
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    assertTrue(process.waitFor(120, TimeUnit.SECONDS), "still running");
    return new Finished(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  @Test
  void worksFromAnyFolderAndThroughLinks() throws Exception {
    Path first = Files.createSymbolicLink(folder.resolve("first"), DOPT);
    Path second = Files.createSymbolicLink(folder.resolve("second"), Path.of("first"));

    Finished finished = run(Map.of(), first.resolveSibling(second), "--version");

    assertEquals(0, finished.exitCode, finished.err);
    assertTrue(finished.out.startsWith("dopt "), finished.out);
    assertEquals("", finished.err);
  }

  @Test
  void startsInLessThanHalfASecondWhenWarm() throws Exception {
    run(Map.of(), DOPT, "--version");
    long best = Long.MAX_VALUE;
    for (int i = 0; i < 20 && best >= 500_000_000L; i++) {
      long start = System.nanoTime();
      run(Map.of(), DOPT, "--version");
      best = Math.min(best, System.nanoTime() - start);
    }

    assertTrue(best < 500_000_000L, best + " ns");
  }

  /** An empty archive is what is left when the JVM crashed while writing it. */
  @Test
  void writesAClassDataArchive() throws Exception {
    run(Map.of(), DOPT, "--version");

    try (Stream<Path> files = Files.list(DOPT.resolveSibling("cli/target"))) {
      List<Path> archives = files.filter(file -> file.toString().endsWith(".jsa")).toList();
      assertFalse(archives.isEmpty());
      for (Path archive : archives) {
        assertTrue(Files.size(archive) > 1_000_000, archive + " has " + Files.size(archive));
      }
    }
  }

  @Test
  void passesExitCodesAndShowsNoStackTrace() throws Exception {
    Finished finished = run(Map.of(), DOPT, "doctor", "--surplus");

    assertEquals(2, finished.exitCode);
    assertTrue(finished.err.startsWith("dopt: error: "), finished.err);
    assertFalse(finished.err.contains("\tat "), finished.err);
  }

  @Test
  void saysWhatIsWrongWithJavaHome() throws Exception {
    Finished finished = run(Map.of("JAVA_HOME", folder.toString()), DOPT, "--version");

    assertEquals(5, finished.exitCode);
    assertTrue(finished.err.contains("JAVA_HOME is " + folder), finished.err);
  }

  @Test
  void refusesAnOldJava() throws Exception {
    Path java = Files.createDirectories(folder.resolve("old/bin")).resolve("java");
    Files.writeString(java, "#!/bin/sh\n");
    assertTrue(java.toFile().setExecutable(true));
    Files.writeString(folder.resolve("old/release"), "JAVA_VERSION=\"1.8.0_402\"\n");

    Finished finished =
        run(Map.of("JAVA_HOME", folder.resolve("old").toString()), DOPT, "--version");

    assertEquals(5, finished.exitCode);
    assertTrue(finished.err.contains("needs a JDK 17 or newer"), finished.err);
    assertTrue(finished.err.contains("1.8.0_402"), finished.err);
  }

  @Test
  void givesTheJvmWhatDoptJavaOptsSays() throws Exception {
    Finished finished = run(Map.of("DOPT_JAVA_OPTS", "-Xmx300m"), DOPT, "doctor");

    assertTrue(finished.out.contains("Java heap up to 2"), finished.out);
  }

  @Test
  void interruptedCompileLeavesNothing() throws Exception {
    assumeFalse(interruptsAreIgnored(), "a background job of a shell never gets SIGINT");
    Path place = Files.createDirectory(folder.resolve("place"));
    Path err = folder.resolve("err");
    Process process =
        new ProcessBuilder(
                DOPT.toString(),
                "compile",
                EXAMPLE.toString(),
                "-o",
                place.resolve("bundle").toString(),
                "--batch",
                "1,2,3,4",
                "--cache",
                folder.resolve("cache").toString())
            .redirectOutput(folder.resolve("out").toFile())
            .redirectError(err.toFile())
            .start();
    while (process.isAlive() && isEmpty(place)) {
      Thread.sleep(5);
    }

    new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();

    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "still running");
    assertEquals(130, process.exitValue(), Files.readString(err));
    assertFalse(Files.readString(err).contains("\tat "), Files.readString(err));
    assertTrue(isEmpty(place), "something was left behind");
  }

  @Test
  void aServerThatIsToldToStopEndsWell() throws Exception {
    Path bundle = folder.resolve("bundle");
    Finished compiled =
        run(
            Map.of(),
            DOPT,
            "compile",
            EXAMPLE.toString(),
            "-o",
            bundle.toString(),
            "--no-check",
            "--cache",
            folder.resolve("cache").toString());
    assertEquals(0, compiled.exitCode, compiled.err);
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    Process server =
        new ProcessBuilder(DOPT.toString(), "serve", bundle.toString(), "--port", "0")
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    while (server.isAlive() && !Files.readString(out).contains("http://")) {
      Thread.sleep(20);
    }

    server.destroy();

    assertTrue(server.waitFor(60, TimeUnit.SECONDS), "still running");
    assertEquals(0, server.exitValue(), Files.readString(err));
    assertTrue(Files.readString(err).contains("verified "), Files.readString(err));
    assertTrue(Files.readString(err).stripTrailing().endsWith("stopped"), Files.readString(err));
  }

  /** A limit on the size of files fails a write midway as a full disk does, without needing one. */
  @Test
  void compileThatCannotWriteOnLeavesNothing() throws Exception {
    Path place = Files.createDirectory(folder.resolve("place"));

    Finished finished =
        run(
            Map.of(),
            Path.of("/bin/sh"),
            "-c",
            "ulimit -f 8192 && exec \"$@\"",
            "sh",
            DOPT.toString(),
            "compile",
            EXAMPLE.toString(),
            "-o",
            place.resolve("bundle").toString(),
            "--no-cache");

    assertEquals(5, finished.exitCode, finished.err);
    assertTrue(finished.err.contains("weights.bin"), finished.err);
    assertFalse(finished.err.contains("\tat "), finished.err);
    assertTrue(isEmpty(place), "something was left behind");
  }

  private static boolean isEmpty(Path place) throws IOException {
    try (Stream<Path> entries = Files.list(place)) {
      return entries.findAny().isEmpty();
    }
  }

  /** Whether this process, and with it those it starts, ignores SIGINT. */
  private static boolean interruptsAreIgnored() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return false;
    }
    String mask =
        Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .findFirst()
            .map(line -> line.substring("SigIgn:".length()).strip())
            .orElse("0");
    return (Long.parseUnsignedLong(mask, 16) & 2) != 0;
  }

  @Test
  void leavesNothingInTheTemporaryFolder() throws Exception {
    Path temporary = Files.createDirectory(folder.resolve("temporary"));

    Finished finished =
        run(Map.of("DOPT_JAVA_OPTS", "-Djava.io.tmpdir=" + temporary), DOPT, "doctor");

    assertEquals(0, finished.exitCode, finished.err);
    try (Stream<Path> left = Files.list(temporary)) {
      assertEquals(List.of(), left.toList());
    }
  }
}
