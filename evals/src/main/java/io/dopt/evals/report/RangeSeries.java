package io.dopt.evals.report;

import java.util.List;

/**
 * The range of a layer's input activations over the timesteps, from calibration.
 *
 * @param layer its module
 * @param timesteps one per bucket, in the order in which they are sampled
 * @param minimum at each
 * @param maximum at each
 * @param p01 the 0.1th percentile at each; empty when it was not kept
 * @param p999 the 99.9th percentile at each; empty when it was not kept
 */
public record RangeSeries(
    String layer,
    List<Double> timesteps,
    List<Double> minimum,
    List<Double> maximum,
    List<Double> p01,
    List<Double> p999) {
  public RangeSeries {
    timesteps = List.copyOf(timesteps);
    minimum = List.copyOf(minimum);
    maximum = List.copyOf(maximum);
    p01 = List.copyOf(p01);
    p999 = List.copyOf(p999);
  }
}
