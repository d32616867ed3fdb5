package io.dopt.quantizer.search;

import java.util.List;

/**
 * How much noise a layer would add if it alone were quantized.
 *
 * @param byBucket power of the noise over that of the layer's output, times the positions of that,
 *     for each of the calibration's stretches of timesteps; 0 where no step fell into the stretch
 */
public record Sensitivity(List<Double> byBucket) {
  public Sensitivity {
    byBucket = List.copyOf(byBucket);
  }

  /** The mean over the stretches that steps fell into. */
  public double mean() {
    return byBucket.stream().filter(noise -> noise > 0).mapToDouble(n -> n).average().orElse(0);
  }
}
