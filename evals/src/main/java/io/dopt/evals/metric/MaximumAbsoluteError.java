package io.dopt.evals.metric;

import io.dopt.runtime.image.RgbImage;
import java.util.OptionalDouble;

/** The largest absolute difference of any sample, in 0..1. */
public final class MaximumAbsoluteError implements ImageMetric {
  @Override
  public String name() {
    return "max_absolute_error";
  }

  @Override
  public String label() {
    return "Max error";
  }

  @Override
  public boolean higherIsBetter() {
    return false;
  }

  @Override
  public OptionalDouble compare(RgbImage candidate, RgbImage reference) {
    SameSize.require(candidate, reference);
    double largest = 0;
    for (int i = 0; i < candidate.values().length; i++) {
      largest = Math.max(largest, Math.abs((double) candidate.values()[i] - reference.values()[i]));
    }
    return OptionalDouble.of(largest);
  }
}
