package io.dopt.quantizer.calibration;

import io.dopt.tensor.SymmetricFormat;

/** Everything that was seen. */
public record MinMaxRange() implements RangeMethod {
  @Override
  public Range range(BucketStatistics statistics, int levels) {
    return new Range(statistics.minimum(), statistics.maximum());
  }

  @Override
  public double magnitude(BucketStatistics statistics, SymmetricFormat format) {
    return statistics.absoluteMaximum();
  }

  @Override
  public String text() {
    return "min-max";
  }
}
