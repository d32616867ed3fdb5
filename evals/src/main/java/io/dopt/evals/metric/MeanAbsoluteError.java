package io.dopt.evals.metric;

import io.dopt.runtime.image.RgbImage;
import java.util.OptionalDouble;

/** The mean absolute difference of all samples, in 0..1. */
public final class MeanAbsoluteError implements ImageMetric {
  @Override
  public String name() {
    return "mean_absolute_error";
  }

  @Override
  public String label() {
    return "Mean error";
  }

  @Override
  public boolean higherIsBetter() {
    return false;
  }

  @Override
  public OptionalDouble compare(RgbImage candidate, RgbImage reference) {
    SameSize.require(candidate, reference);
    double sum = 0;
    for (int i = 0; i < candidate.values().length; i++) {
      sum += Math.abs((double) candidate.values()[i] - reference.values()[i]);
    }
    return OptionalDouble.of(sum / candidate.values().length);
  }
}
