package io.dopt.evals.metric;

import io.dopt.runtime.image.RgbImage;
import java.util.OptionalDouble;

/**
 * PSNR in decibels, {@code -10 log10(mean squared error)} over all samples of all channels, for a
 * data range of 1.
 *
 * <p>Identical images would have an infinite ratio, which neither a mean nor JSON can hold: values
 * are capped at {@value #MAXIMUM}, which is more than any two 8-bit images that differ can have and
 * about where float32 stops telling samples apart.
 */
public final class PeakSignalToNoiseRatio implements ImageMetric {
  /** What identical images have. */
  public static final double MAXIMUM = 150;

  @Override
  public String name() {
    return "psnr";
  }

  @Override
  public String label() {
    return "PSNR (dB)";
  }

  @Override
  public boolean higherIsBetter() {
    return true;
  }

  @Override
  public OptionalDouble compare(RgbImage candidate, RgbImage reference) {
    SameSize.require(candidate, reference);
    double sum = 0;
    for (int i = 0; i < candidate.values().length; i++) {
      double difference = (double) candidate.values()[i] - reference.values()[i];
      sum += difference * difference;
    }
    double error = sum / candidate.values().length;
    return OptionalDouble.of(Math.min(MAXIMUM, -10 * Math.log10(error)));
  }
}
