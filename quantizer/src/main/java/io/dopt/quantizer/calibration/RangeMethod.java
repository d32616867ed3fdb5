package io.dopt.quantizer.calibration;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.SymmetricFormat;

/**
 * How a range is chosen from what a value held: a wide one clips nothing but is coarse, a narrow
 * one is fine but clips.
 */
public sealed interface RangeMethod
    permits MinMaxRange, PercentileRange, EntropyRange, MeanSquaredErrorRange {
  /**
   * The range for some statistics. It is never wider than what was seen, and need not contain zero.
   *
   * @param levels how many numbers the quantized type tells apart, for example 256
   */
  Range range(BucketStatistics statistics, int levels);

  /** The range over all timesteps. */
  default Range range(ValueStatistics statistics, int levels) {
    return range(statistics.merged(), levels);
  }

  /**
   * The magnitude that a type around zero is to reach: of the numbers seen, those beyond are
   * clipped. Never larger than the largest magnitude that was seen; 0 when nothing was.
   */
  double magnitude(BucketStatistics statistics, SymmetricFormat format);

  /**
   * The range for a type: of u8 as {@link #range(BucketStatistics, int)} says, for i8 and f8e4m3fn
   * around zero.
   */
  default Range rangeFor(ElementType type, BucketStatistics statistics) {
    if (type == ElementType.UINT8) {
      return range(statistics, 1 << type.bits());
    }
    SymmetricFormat format =
        type == ElementType.INT8 ? SymmetricFormat.INT8 : SymmetricFormat.FLOAT8E4M3FN;
    double magnitude = magnitude(statistics, format);
    return new Range(-magnitude, magnitude);
  }

  /** The name on the command line: {@code percentile-99.99}. */
  String text();

  /** What {@link #parse} reads, for help and messages. */
  static String names() {
    return "min-max, percentile (of 99.99), percentile-P, entropy, mse";
  }

  /**
   * The method called {@code text}.
   *
   * @throws DoptException (USAGE) listing the names when there is none
   */
  static RangeMethod parse(String text) {
    switch (text) {
      case "min-max":
        return new MinMaxRange();
      case "percentile":
        return new PercentileRange(PercentileRange.DEFAULT_PERCENT);
      case "entropy":
        return new EntropyRange();
      case "mse":
        return new MeanSquaredErrorRange();
      default:
        return PercentileRange.parse(text)
            .orElseThrow(
                () ->
                    new DoptException(
                        ErrorCode.USAGE,
                        String.format(
                            "'%s' is no way to choose a range; there are %s, with P above 50 and"
                                + " up to 100.",
                            text, names())));
    }
  }
}
