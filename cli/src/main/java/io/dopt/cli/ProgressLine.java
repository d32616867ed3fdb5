package io.dopt.cli;

import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * The progress of one piece of work: a bar where a person watches, else a line now and then. It
 * vanishes when closed; what stays is for the caller to say.
 */
final class ProgressLine implements AutoCloseable {
  /** How long a log stays silent. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Console console;
  private final String task;
  private final long maximum;
  private final String unit;
  private final long unitSize;
  private final Duration patience;
  private final ProgressBar bar;
  private long done;
  private long lastSaid = System.nanoTime();

  /**
   * @param patience how long a log stays silent
   * @param bar for a person who watches, else null
   */
  ProgressLine(
      Console console,
      String task,
      long maximum,
      String unit,
      long unitSize,
      Duration patience,
      ProgressBar bar) {
    this.console = console;
    this.task = task;
    this.maximum = maximum;
    this.unit = unit;
    this.unitSize = unitSize;
    this.patience = patience;
    this.bar = bar;
  }

  /** Work that is counted: denoising steps, iterations, images. */
  static ProgressLine ofSteps(Console console, String task, long maximum) {
    return start(console, task, maximum, "", 1);
  }

  /** Work measured in bytes. */
  static ProgressLine ofBytes(Console console, String task, long maximum) {
    return start(console, task, maximum, " MiB", 1 << 20);
  }

  private static ProgressLine start(
      Console console, String task, long maximum, String unit, long unitSize) {
    ProgressBar bar = null;
    if (console.terminal().interactive() && !console.quiet()) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(task)
              .setInitialMax(maximum)
              .setUnit(unit, unitSize)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(100)
              .setConsumer(
                  new ConsoleProgressBarConsumer(console.err(), console.terminal().width() - 1))
              .clearDisplayOnFinish()
              .build();
    }
    return new ProgressLine(console, task, maximum, unit, unitSize, PATIENCE, bar);
  }

  void stepBy(long count) {
    done += count;
    if (bar != null) {
      bar.stepTo(Math.min(done, maximum));
    } else if (System.nanoTime() - lastSaid >= patience.toNanos() && maximum > 0) {
      lastSaid = System.nanoTime();
      console.progress(line());
    }
  }

  /** {@code image 1 of 1: 12 of 50 (24%)}. */
  private String line() {
    return String.format(
        Locale.ROOT,
        "  %s: %d of %d%s (%d%%)",
        task,
        done / unitSize,
        maximum / unitSize,
        unit,
        100 * done / maximum);
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
