package io.dopt.quantizer.calibration;

import io.dopt.tensor.SymmetricFormat;

/**
 * The range whose rounding and clipping together have the least mean squared error over the
 * histogram: both ends are drawn in by the same factor first, then the upper, then the lower one on
 * its own.
 */
public record MeanSquaredErrorRange() implements RangeMethod {
  /** How many factors are tried for an end. */
  static final int CANDIDATES = 128;

  @Override
  public Range range(BucketStatistics statistics, int levels) {
    double lower = statistics.minimum();
    double upper = statistics.maximum();
    // Zero has to be representable, so an end does not cross it.
    Range all = new Range(Math.min(lower, 0), Math.max(upper, 0));
    Range best = all;
    double least = error(statistics.histogram(), all, levels);
    for (Ends ends : Ends.values()) {
      Range start = best;
      for (int i = 1; i < CANDIDATES; i++) {
        Range candidate = ends.scale(all, start, (double) i / CANDIDATES);
        double error = error(statistics.histogram(), candidate, levels);
        if (error < least) {
          least = error;
          best = candidate;
        }
      }
    }
    return new Range(
        Math.min(Math.max(best.minimum(), lower), upper),
        Math.max(Math.min(best.maximum(), upper), lower));
  }

  @Override
  public double magnitude(BucketStatistics statistics, SymmetricFormat format) {
    double all = statistics.absoluteMaximum();
    double best = all;
    double least = error(statistics.histogram(), all, format);
    for (int i = 1; i < CANDIDATES; i++) {
      double candidate = all * i / CANDIDATES;
      double error = error(statistics.histogram(), candidate, format);
      if (error < least) {
        least = error;
        best = candidate;
      }
    }
    return best;
  }

  /** The mean squared error of the bins' middles, stored in {@code format}. */
  private static double error(Histogram histogram, double magnitude, SymmetricFormat format) {
    float scale = (float) (magnitude / format.largest());
    long[] counts = histogram.counts();
    double sum = 0;
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] > 0) {
        double number = histogram.middle(histogram.first() + i);
        double stored =
            scale == 0
                ? 0
                : format.decode(format.encode((float) (number / scale))) * (double) scale;
        sum += counts[i] * (number - stored) * (number - stored);
      }
    }
    return sum;
  }

  private enum Ends {
    BOTH,
    UPPER,
    LOWER;

    private Range scale(Range all, Range start, double factor) {
      return switch (this) {
        case BOTH -> new Range(all.minimum() * factor, all.maximum() * factor);
        case UPPER -> new Range(start.minimum(), all.maximum() * factor);
        case LOWER -> new Range(all.minimum() * factor, start.maximum());
      };
    }
  }

  /**
   * The mean squared error of the bins' middles, rounded to the nearest multiple of the step (zero
   * is one of the levels) and clipped.
   */
  static double error(Histogram histogram, Range range, int levels) {
    double step = (range.maximum() - range.minimum()) / (levels - 1);
    long[] counts = histogram.counts();
    double sum = 0;
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] > 0) {
        double number = histogram.middle(histogram.first() + i);
        double rounded = step == 0 ? 0 : Math.rint(number / step) * step;
        double error = number - Math.max(range.minimum(), Math.min(range.maximum(), rounded));
        sum += counts[i] * error * error;
      }
    }
    return sum / Math.max(1, histogram.total());
  }

  @Override
  public String text() {
    return "mse";
  }
}
