package io.dopt.evals.metric;

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
    candidate.requireSameSize(reference);
    double largest = 0;
    for (int i = 0; i < candidate.samples().length; i++) {
      largest =
          Math.max(largest, Math.abs((double) candidate.samples()[i] - reference.samples()[i]));
    }
    return OptionalDouble.of(largest);
  }
}
