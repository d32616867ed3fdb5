package io.dopt.quantizer.calibration;

import io.dopt.tensor.SymmetricFormat;
import java.util.Arrays;

/**
 * The magnitude to clip at that loses least information: the one whose quantized distribution is
 * nearest to the clipped one by Kullback-Leibler divergence (Migacz, "8-bit Inference with
 * TensorRT", GTC 2017). Both signs are clipped at the same magnitude.
 */
public record EntropyRange() implements RangeMethod {
  private static final int HALF = Histogram.BINS / 2;

  @Override
  public Range range(BucketStatistics statistics, int levels) {
    Histogram histogram = statistics.histogram();
    boolean oneSided = statistics.minimum() >= 0 || statistics.maximum() <= 0;
    double bound = threshold(magnitudes(histogram), oneSided ? levels : levels / 2);
    double magnitude = bound * histogram.width();
    double minimum = Math.max(statistics.minimum(), -magnitude);
    double maximum = Math.min(statistics.maximum(), magnitude);
    return minimum <= maximum
        ? new Range(minimum, maximum)
        : new Range(statistics.minimum(), statistics.maximum());
  }

  @Override
  public double magnitude(BucketStatistics statistics, SymmetricFormat format) {
    Histogram histogram = statistics.histogram();
    int levels = 1 << (format.elementType().bits() - 1);
    double bound = threshold(magnitudes(histogram), levels) * histogram.width();
    return Math.min(statistics.absoluteMaximum(), bound);
  }

  /** Counts by magnitude: bin {@code i} of both signs. */
  private static double[] magnitudes(Histogram histogram) {
    double[] counts = new double[HALF];
    for (int i = 0; i < HALF; i++) {
      counts[i] = histogram.count(HALF + i) + histogram.count(HALF - 1 - i);
    }
    // Exact zeros would outweigh all else, though any range represents them.
    counts[0] = Math.min(counts[0], counts[1]);
    return counts;
  }

  /**
   * How many of the first bins to keep.
   *
   * @param counts by magnitude
   * @param levels how many magnitudes the quantized type tells apart
   */
  static int threshold(double[] counts, int levels) {
    int used = counts.length;
    while (used > 0 && counts[used - 1] == 0) {
      used--;
    }
    int best = Math.max(used, 1);
    double least = Double.POSITIVE_INFINITY;
    for (int kept = levels; kept <= used; kept++) {
      double divergence = divergence(counts, kept, used, levels);
      if (divergence < least) {
        least = divergence;
        best = kept;
      }
    }
    return best;
  }

  /**
   * Of the first {@code kept} bins with all others clipped into the last, from their quantization.
   */
  private static double divergence(double[] counts, int kept, int used, int levels) {
    double[] clipped = Arrays.copyOf(counts, kept);
    for (int i = kept; i < used; i++) {
      clipped[kept - 1] += counts[i];
    }
    double[] quantized = new double[kept];
    for (int level = 0; level < levels; level++) {
      int from = (int) ((long) level * kept / levels);
      int to = (int) ((long) (level + 1) * kept / levels);
      spread(counts, clipped, from, to, quantized);
    }
    double clippedSum = Arrays.stream(clipped).sum();
    double quantizedSum = Arrays.stream(quantized).sum();
    double divergence = 0;
    for (int i = 0; i < kept; i++) {
      if (clipped[i] > 0) {
        if (quantized[i] == 0) {
          return Double.POSITIVE_INFINITY;
        }
        double p = clipped[i] / clippedSum;
        divergence += p * Math.log(p / (quantized[i] / quantizedSum));
      }
    }
    return divergence;
  }

  /** One level: its count, spread evenly over those of its bins that hold something. */
  private static void spread(
      double[] counts, double[] clipped, int from, int to, double[] quantized) {
    double sum = 0;
    int filled = 0;
    for (int i = from; i < to; i++) {
      sum += counts[i];
      filled += clipped[i] > 0 ? 1 : 0;
    }
    for (int i = from; i < to; i++) {
      quantized[i] = clipped[i] > 0 ? sum / filled : 0;
    }
  }

  @Override
  public String text() {
    return "entropy";
  }
}
