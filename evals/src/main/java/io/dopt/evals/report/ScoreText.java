package io.dopt.evals.report;

import io.dopt.evals.statistics.Estimate;
import java.util.Locale;

/** Scores and their differences as reports print them, on the page and on a terminal. */
public final class ScoreText {
  private ScoreText() {}

  /** A score: {@code 0.3120}. */
  public static String fixed(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }

  /** A difference: {@code +0.0005}. */
  public static String signed(double value) {
    return String.format(Locale.ROOT, "%+.4f", value);
  }

  /** The interval of a difference: {@code -0.0004 to +0.0019}; empty when it has none. */
  public static String interval(Estimate difference) {
    return difference
        .interval95()
        .map(interval -> signed(interval.low()) + " to " + signed(interval.high()))
        .orElse("");
  }

  /** The interval of a score: {@code 0.3010 – 0.3220}; empty when it has none. */
  public static String fixedInterval(Estimate score) {
    return score
        .interval95()
        .map(interval -> fixed(interval.low()) + " – " + fixed(interval.high()))
        .orElse("");
  }
}
