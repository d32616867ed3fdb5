package io.dopt.cli;

import java.util.Arrays;

/**
 * What a series of times comes to, in seconds.
 *
 * @param p50 the median
 * @param p95 the smallest time that 95 of 100 calls stay within
 */
record Quantiles(int count, double minimum, double p50, double p95, double mean) {

  /** Nearest-rank quantiles of at least one time. */
  static Quantiles of(double[] seconds) {
    double[] sorted = seconds.clone();
    Arrays.sort(sorted);
    return new Quantiles(
        sorted.length,
        sorted[0],
        rank(sorted, 0.5),
        rank(sorted, 0.95),
        Arrays.stream(sorted).average().orElseThrow());
  }

  private static double rank(double[] sorted, double quantile) {
    return sorted[Math.max(0, (int) Math.ceil(quantile * sorted.length) - 1)];
  }
}
