package io.dopt.quantizer.calibration;

import java.util.Objects;

/**
 * What a value held during one stretch of timesteps, or during several.
 *
 * @param count how many numbers; the following are of them all. 0 when no step fell into the
 *     stretch; all else is zero then
 * @param minimum the smallest
 * @param maximum the largest
 * @param mean of all
 * @param histogram of a sample of them, evenly spread over the tensor
 */
public record BucketStatistics(
    long count, double minimum, double maximum, double mean, Histogram histogram) {
  /** Nothing seen. */
  public static final BucketStatistics EMPTY =
      new BucketStatistics(0, 0, 0, 0, Histogram.of(Math.scalb(1.0, Histogram.LEAST_EXPONENT), 0));

  public BucketStatistics {
    Objects.requireNonNull(histogram);
    if (count < 0 || histogram.total() > count) {
      throw new IllegalArgumentException(
          "the histogram holds " + histogram.total() + " of " + count + " numbers");
    }
    if (!(minimum <= maximum)
        || Double.isInfinite(minimum)
        || Double.isInfinite(maximum)
        || !Double.isFinite(mean)) {
      throw new IllegalArgumentException(
          "no numbers from " + minimum + " to " + maximum + " have the mean " + mean);
    }
    if (count == 0 && (minimum != 0 || maximum != 0 || mean != 0)) {
      throw new IllegalArgumentException("a range of no numbers");
    }
  }

  /** The largest magnitude. */
  public double absoluteMaximum() {
    return Math.max(Math.abs(minimum), Math.abs(maximum));
  }

  /** The statistics of what both were seen of. */
  BucketStatistics plus(BucketStatistics other) {
    if (count == 0 || other.count == 0) {
      return count == 0 ? other : this;
    }
    long both = Math.addExact(count, other.count);
    return new BucketStatistics(
        both,
        Math.min(minimum, other.minimum),
        Math.max(maximum, other.maximum),
        mean + (other.mean - mean) * ((double) other.count / both),
        histogram.plus(other.histogram));
  }
}
