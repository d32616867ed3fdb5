package io.dopt.evals.report;

import java.util.List;
import java.util.Optional;

/**
 * One side's times.
 *
 * @param imagesPerSecond images over the sum of their times
 * @param stages in the order in which they run, the whole image last
 * @param medianStepMilliseconds the denoiser's median time at each step
 * @param joulesPerImage energy of the processor and its memory, the mean over all images; absent
 *     where the operating system does not tell
 */
public record Latencies(
    double imagesPerSecond,
    List<StageLatency> stages,
    List<Double> medianStepMilliseconds,
    Optional<Double> joulesPerImage) {
  public Latencies {
    stages = List.copyOf(stages);
    medianStepMilliseconds = List.copyOf(medianStepMilliseconds);
  }

  /** The times of one stage, which every generation has. */
  public StageLatency stage(Stage wanted) {
    return stages.stream().filter(one -> one.stage() == wanted).findFirst().orElseThrow();
  }

  /** A stage's times in milliseconds. */
  public record StageLatency(
      Stage stage, int count, double p50, double p95, double p99, double minimum, double mean) {}
}
