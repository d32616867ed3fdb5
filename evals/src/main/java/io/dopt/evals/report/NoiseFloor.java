package io.dopt.evals.report;

import java.util.List;

/**
 * The reference against itself on another number of threads, with the same noise: what the order of
 * floating-point additions alone changes on this machine. What lies beyond it means nothing.
 *
 * @param threads of the second run
 * @param samples how many
 * @param metrics of the pairs
 * @param gatesBeyond the gates whose limit is beyond what even the reference keeps
 */
public record NoiseFloor(
    int threads, int samples, List<MetricResult> metrics, List<String> gatesBeyond) {
  public NoiseFloor {
    metrics = List.copyOf(metrics);
    gatesBeyond = List.copyOf(gatesBeyond);
  }
}
