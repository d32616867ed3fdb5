package io.dopt.quantizer.search;

import io.dopt.quantizer.ActivationQuantization;
import io.dopt.quantizer.calibration.BucketStatistics;
import io.dopt.quantizer.calibration.Histogram;
import io.dopt.quantizer.calibration.Range;
import io.dopt.tensor.ElementType;

/**
 * The mean squared error that rounding adds to an activation: scale^2/12 between the ends of its
 * range, as of uniform noise, and the squared distance to the end beyond them.
 *
 * @param scale between neighbours
 * @param least smallest number that there is
 * @param most largest number that there is
 */
record RoundingNoise(double scale, double least, double most) {
  private static final int LARGEST = 255;
  private static final int LEAST_SIGNED = -128;

  /** The noise of an activation in u8 or i8 over {@code range}. */
  static RoundingNoise of(ElementType type, Range range) {
    ActivationQuantization quantization =
        ActivationQuantization.of(type, range.minimum(), range.maximum());
    double scale = quantization.scale();
    int least = type == ElementType.INT8 ? LEAST_SIGNED : 0;
    return new RoundingNoise(
        scale,
        (least - quantization.zeroPoint()) * scale,
        (least + LARGEST - quantization.zeroPoint()) * scale);
  }

  /** Mean squared error over what a value held; 0 when it held nothing. */
  double power(BucketStatistics values) {
    Histogram histogram = values.histogram();
    long total = histogram.total();
    long[] counts = histogram.counts();
    double sum = 0;
    for (int i = 0; i < counts.length; i++) {
      double middle = histogram.middle(histogram.first() + i);
      // Of a bin that the end of the range lies in, nothing need be beyond.
      double beyond = Math.max(least - middle, middle - most) - histogram.width() / 2;
      beyond = Math.max(0, beyond);
      sum += counts[i] * (beyond * beyond + scale * scale / 12);
    }
    return total == 0 ? 0 : sum / total;
  }

  /** Mean square of what a value held; 0 when it held nothing. */
  static double signal(BucketStatistics values) {
    Histogram histogram = values.histogram();
    long total = histogram.total();
    long[] counts = histogram.counts();
    double sum = 0;
    for (int i = 0; i < counts.length; i++) {
      double middle = histogram.middle(histogram.first() + i);
      sum += counts[i] * middle * middle;
    }
    return total == 0 ? 0 : sum / total;
  }
}
