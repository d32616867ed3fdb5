package io.dopt.quantizer.calibration;

/** Everything that was seen. */
public record MinMaxRange() implements RangeMethod {
  @Override
  public Range range(BucketStatistics statistics, int levels) {
    return new Range(statistics.minimum(), statistics.maximum());
  }

  @Override
  public String text() {
    return "min-max";
  }
}
