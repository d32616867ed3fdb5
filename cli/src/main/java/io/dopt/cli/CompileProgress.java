package io.dopt.cli;

import io.dopt.compiler.CompileListener;
import io.dopt.compiler.CompileSummary;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Shows a compile: a bar per component, a line per component and stage with its time. */
final class CompileProgress implements CompileListener, AutoCloseable {
  private final Console console;
  private final Map<String, Duration> stages = new LinkedHashMap<>();
  private Optional<ProgressLine> line = Optional.empty();
  private long stageStarted = System.nanoTime();

  CompileProgress(Console console) {
    this.console = console;
  }

  /** A stage before the compiler's is done; its time is counted from the one before. */
  void stageFinished(String stage) {
    stageFinished(stage, Duration.ofNanos(System.nanoTime() - stageStarted));
  }

  @Override
  public void stageFinished(String stage, Duration duration) {
    close();
    stages.put(stage, duration);
    stageStarted = System.nanoTime();
    console.progress(String.format("%-12s %s", stage, Amount.seconds(duration)));
  }

  @Override
  public void componentStarted(String component, long totalBytes) {
    close();
    line = Optional.of(ProgressLine.ofBytes(console, component, totalBytes));
  }

  @Override
  public void bytesWritten(String component, long bytes) {
    line.ifPresent(bar -> bar.stepBy(bytes));
  }

  @Override
  public void componentFinished(CompileSummary.ComponentSummary summary) {
    close();
    console.progress(
        String.format(
            "  %-16s %s%s",
            summary.name(),
            Amount.seconds(summary.duration()),
            summary.cached() ? " (from the cache)" : ""));
  }

  /** Duration of each stage so far, in order. */
  Map<String, Duration> stages() {
    return stages;
  }

  @Override
  public void close() {
    line.ifPresent(ProgressLine::close);
    line = Optional.empty();
  }
}
