package io.dopt.cli;

import io.dopt.evals.statistics.Interval;
import java.util.Locale;
import java.util.Optional;

/**
 * The time of a denoiser's call against that of the one it replaces.
 *
 * @param ratio of the medians; below 1 is faster
 * @param interval95 of the ratio
 * @param milliseconds median of the quantized one
 * @param referenceMilliseconds median of the one in float32
 * @param calls of each
 */
record SpeedRatio(
    double ratio,
    Optional<Interval> interval95,
    double milliseconds,
    double referenceMilliseconds,
    int calls) {

  /** Whether it takes more than {@code limit} times as long, the whole interval. */
  boolean isSlowerThan(double limit) {
    return interval95.map(Interval::low).orElse(ratio) > limit;
  }

  /** {@code 0.45x the time of float32 (95%: 0.44 to 0.47; 45.1 ms, was 100 ms)}. */
  String text() {
    return String.format(
        Locale.ROOT,
        "%.2fx the time of float32 (%s%s, was %s)",
        ratio,
        interval95
            .map(it -> String.format(Locale.ROOT, "95%%: %.2f to %.2f; ", it.low(), it.high()))
            .orElse(""),
        Amount.seconds(milliseconds / 1e3),
        Amount.seconds(referenceMilliseconds / 1e3));
  }
}
