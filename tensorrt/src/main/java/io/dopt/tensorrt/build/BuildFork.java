package io.dopt.tensorrt.build;

import io.dopt.runtime.build.PlanRequest;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Runs a building process within its limits and turns whatever becomes of it into one outcome. */
final class BuildFork {
  private static final Duration GLANCE = Duration.ofMillis(100);
  private static final Duration REPORT = Duration.ofSeconds(10);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int SIGNAL = 128;

  private final PlanRequest request;
  private final Consumer<String> progress;
  private final long started = System.nanoTime();
  private long reported = started;
  private long peakBytes;

  /**
   * @param request its limits, title and log
   * @param progress told what the process says, and every while that it is still at work, by the
   *     thread that runs it; what it throws ends the process
   */
  BuildFork(PlanRequest request, Consumer<String> progress) {
    this.request = request;
    this.progress = progress;
  }

  /**
   * Runs to the end.
   *
   * @param command of the process
   * @param environment variables to set beside this process's own
   * @throws DoptException what the process reports; (ENGINE) when it was stopped at a limit or
   *     died; (IO) when its log cannot be written; (INTERRUPTED); the process is gone then
   */
  void run(List<String> command, Map<String, String> environment) {
    try (BuildLog log = BuildLog.open(request.log())) {
      Process process = start(command, environment);
      Thread reader = new Thread(() -> log.follow(process.getInputStream()), "dopt-build-log");
      reader.setDaemon(true);
      reader.start();
      try {
        while (!process.waitFor(GLANCE.toMillis(), TimeUnit.MILLISECONDS)) {
          log.progress().forEach(progress);
          log.requireWhole();
          watch(process);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new DoptException(
            ErrorCode.INTERRUPTED, "Interrupted while building " + request.title() + ".", e);
      } finally {
        end(process, reader);
      }
      log.progress().forEach(progress);
      log.requireWhole();
      requireDone(process.exitValue(), log);
    }
  }

  private Process start(List<String> command, Map<String, String> environment) {
    try {
      Files.deleteIfExists(CrashReport.file(request.log()));
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().putAll(environment);
      return builder.start();
    } catch (IOException e) {
      throw new DoptException(
          ErrorCode.ENGINE, "The process that builds cannot be started: " + e + ".", e);
    }
  }

  /**
   * Ends the process, if it has not ended, and waits until it is gone and all it said is read. Not
   * for ever: what it started in turn may hold its output open.
   */
  private static void end(Process process, Thread reader) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    boolean interrupted = Thread.interrupted();
    try {
      process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      reader.join(PATIENCE.toMillis());
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void watch(Process process) {
    OptionalLong bytes = ProcessMemory.of(process.pid());
    peakBytes = Math.max(peakBytes, bytes.orElse(0));
    if (peakBytes > request.memoryBytes()) {
      throw stopped(
          "took more than " + gibibytes(request.memoryBytes()) + " of memory",
          "Allow more with --memory-limit, or compile for smaller sizes or fewer weights");
    }
    long now = System.nanoTime();
    Duration elapsed = Duration.ofNanos(now - started);
    if (elapsed.compareTo(request.timeLimit()) > 0) {
      throw stopped(
          "took longer than " + seconds(request.timeLimit()),
          "Allow more with --time-limit, or build faster with a lower --optimization-level");
    }
    if (now - reported > REPORT.toNanos()) {
      reported = now;
      progress.accept(
          String.format(
              "at work for %s, %s of memory", seconds(elapsed), gibibytes(bytes.orElse(0))));
    }
  }

  private DoptException stopped(String what, String remedy) {
    return new DoptException(
        ErrorCode.ENGINE,
        String.format(
            "Building %s %s and was stopped. %s. Its log is %s.",
            request.title(), what, remedy, request.log()));
  }

  private void requireDone(int exit, BuildLog log) {
    if (log.end().isPresent()) {
      BuildMessage end = log.end().get();
      switch (end.kind()) {
        case FAILURE ->
            throw new DoptException(
                end.code(),
                String.format(
                    "%s could not be built: %s Its log is %s.",
                    request.title(), end.text(), request.log()));
        case DONE, LOG, PROGRESS -> {
          return;
        }
      }
    }
    String last = log.last().isEmpty() ? "" : " Its last words: " + String.join("; ", log.last());
    throw new DoptException(
        ErrorCode.ENGINE,
        String.format(
            "The process that built %s %s, after %s with %s of memory at most.%s Its log is %s.",
            request.title(),
            CrashReport.of(request.log()).map(CrashReport::text).orElseGet(() -> death(exit)),
            seconds(Duration.ofNanos(System.nanoTime() - started)),
            gibibytes(peakBytes),
            last,
            request.log()));
  }

  /** A process that a signal ended has 128 and the signal's number as its exit code. */
  private static String death(int exit) {
    return switch (exit - SIGNAL) {
      case 4 -> "crashed (illegal instruction)";
      case 6 -> "crashed (aborted)";
      case 7 -> "crashed (bus error: often a full disk or a truncated file)";
      case 8 -> "crashed (arithmetic error)";
      case 9 -> "was killed, as the system does when memory runs out (see 'dmesg')";
      case 11 -> "crashed (segmentation fault)";
      case 15 -> "was told to end";
      default -> "ended with exit code " + exit + " and no result";
    };
  }

  private static String seconds(Duration duration) {
    return duration.toSeconds() + " s";
  }

  private static String gibibytes(long bytes) {
    return String.format(Locale.ROOT, "%.2f GiB", bytes / (double) (1L << 30));
  }
}
