package io.dopt.evals.report;

import java.util.List;

/**
 * One side's times.
 *
 * @param imagesPerSecond images over the sum of their times
 * @param stages in the order in which they run, the whole image last
 * @param medianStepMilliseconds the denoiser's median time at each step
 */
public record Latencies(
    double imagesPerSecond, List<StageLatency> stages, List<Double> medianStepMilliseconds) {
  public Latencies {
    stages = List.copyOf(stages);
    medianStepMilliseconds = List.copyOf(medianStepMilliseconds);
  }

  /** A stage's times in milliseconds. */
  public record StageLatency(
      Stage stage, int count, double p50, double p95, double minimum, double mean) {}
}
