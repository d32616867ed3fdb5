package io.dopt.cli;

import io.dopt.evals.statistics.Quantiles;
import java.util.Arrays;

/** What a series of times comes to, in seconds; quantiles as in the report of {@code eval}. */
record LatencySummary(int count, double minimum, double p50, double p95, double p99, double mean) {

  /** The summary of at least one time. */
  static LatencySummary of(double[] seconds) {
    return new LatencySummary(
        seconds.length,
        Arrays.stream(seconds).min().orElseThrow(),
        Quantiles.percentile(seconds, 50),
        Quantiles.percentile(seconds, 95),
        Quantiles.percentile(seconds, 99),
        Arrays.stream(seconds).average().orElseThrow());
  }
}
