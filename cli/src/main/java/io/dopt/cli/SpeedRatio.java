package io.dopt.cli;

import io.dopt.evals.statistics.Bootstrap;
import io.dopt.evals.statistics.Estimate;
import io.dopt.evals.statistics.Interval;
import io.dopt.evals.statistics.Quantiles;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The time of a denoiser's call against that of the one it replaces.
 *
 * @param ratio of the medians; below 1 is faster
 * @param interval95 of the ratio
 * @param milliseconds median of the quantized one
 * @param referenceMilliseconds median of the one it replaces
 * @param calls of each
 * @param reference what it replaces: {@code float32}, {@code f16}
 */
record SpeedRatio(
    double ratio,
    Optional<Interval> interval95,
    double milliseconds,
    double referenceMilliseconds,
    int calls,
    String reference) {
  /**
   * The ratio of the medians of two samples that were taken in turns, with a bootstrap interval
   * over the rounds.
   *
   * @param candidate milliseconds of each call
   * @param reference as many, of the calls beside them
   */
  static SpeedRatio of(List<Double> candidate, List<Double> reference) {
    int count = candidate.size();
    Estimate estimate =
        Bootstrap.usual()
            .estimate(count, rounds -> median(candidate, rounds) / median(reference, rounds));
    int[] all = IntStream.range(0, count).toArray();
    return new SpeedRatio(
        estimate.value(),
        estimate.interval95(),
        median(candidate, all),
        median(reference, all),
        count,
        "float32");
  }

  private static double median(List<Double> times, int... rounds) {
    double[] chosen = new double[rounds.length];
    for (int i = 0; i < chosen.length; i++) {
      chosen[i] = times.get(rounds[i]);
    }
    return Quantiles.percentile(chosen, 50);
  }

  /** The same of a reference of another precision. */
  SpeedRatio against(String precision) {
    return new SpeedRatio(ratio, interval95, milliseconds, referenceMilliseconds, calls, precision);
  }

  /** Whether it takes more than {@code limit} times as long, the whole interval. */
  boolean isSlowerThan(double limit) {
    return interval95.map(Interval::low).orElse(ratio) > limit;
  }

  /** {@code 0.45x the time of float32 (95%: 0.44 to 0.47; 45.1 ms, was 100 ms)}. */
  String text() {
    return String.format(
        Locale.ROOT,
        "%.2fx the time of %s (%s%s, was %s)",
        ratio,
        reference,
        interval95
            .map(it -> String.format(Locale.ROOT, "95%%: %.2f to %.2f; ", it.low(), it.high()))
            .orElse(""),
        Amount.seconds(milliseconds / 1e3),
        Amount.seconds(referenceMilliseconds / 1e3));
  }
}
