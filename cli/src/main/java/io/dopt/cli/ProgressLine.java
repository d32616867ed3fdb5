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
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final Console console;
  private final String task;
  private final long maximum;
  private final ProgressBar bar;
  private long done;
  private long lastSaid = System.nanoTime();

  private ProgressLine(Console console, String task, long maximum, ProgressBar bar) {
    this.console = console;
    this.task = task;
    this.maximum = maximum;
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
    return new ProgressLine(console, task, maximum, bar);
  }

  void stepBy(long count) {
    done += count;
    if (bar != null) {
      bar.stepTo(Math.min(done, maximum));
    } else if (System.nanoTime() - lastSaid > PATIENCE.toNanos() && maximum > 0) {
      lastSaid = System.nanoTime();
      console.progress(String.format(Locale.ROOT, "  %s %d%%", task, 100 * done / maximum));
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
