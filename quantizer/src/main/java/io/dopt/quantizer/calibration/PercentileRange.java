package io.dopt.quantizer.calibration;

import io.dopt.tensor.SymmetricFormat;
import java.util.Optional;

/**
 * All but a share of the numbers, half of it cut off at either end; around zero, all of it from the
 * largest magnitudes. Within a bin of the histogram numbers are taken to be spread evenly.
 *
 * @param percent the share kept, above 50 and up to 100
 */
public record PercentileRange(double percent) implements RangeMethod {
  static final double DEFAULT_PERCENT = 99.99;

  private static final String PREFIX = "percentile-";

  public PercentileRange {
    if (!(percent > 50 && percent <= 100)) {
      throw new IllegalArgumentException("percent: " + percent);
    }
  }

  static Optional<PercentileRange> parse(String text) {
    if (!text.matches(PREFIX + "[0-9]{2,3}(\\.[0-9]{1,9})?")) {
      return Optional.empty();
    }
    double percent = Double.parseDouble(text.substring(PREFIX.length()));
    return percent > 50 && percent <= 100
        ? Optional.of(new PercentileRange(percent))
        : Optional.empty();
  }

  @Override
  public Range range(BucketStatistics statistics, int levels) {
    double cut = (1 - percent / 100) / 2;
    Histogram histogram = statistics.histogram();
    if (cut == 0 || histogram.total() == 0) {
      return new Range(statistics.minimum(), statistics.maximum());
    }
    double minimum = Math.max(statistics.minimum(), quantile(histogram, cut));
    double maximum = Math.min(statistics.maximum(), quantile(histogram, 1 - cut));
    // Numbers that are all alike share a bin, which is wider than they are.
    return minimum <= maximum
        ? new Range(minimum, maximum)
        : new Range(statistics.minimum(), statistics.maximum());
  }

  @Override
  public double magnitude(BucketStatistics statistics, SymmetricFormat format) {
    Histogram magnitudes = statistics.histogram().magnitudes();
    if (percent == 100 || magnitudes.total() == 0) {
      return statistics.absoluteMaximum();
    }
    return Math.min(statistics.absoluteMaximum(), quantile(magnitudes, percent / 100));
  }

  /** Between the two numbers nearest to the share, as numpy's percentile. */
  private static double quantile(Histogram histogram, double share) {
    double rank = share * (histogram.total() - 1);
    double lower = number(histogram, (long) Math.floor(rank));
    double upper = number(histogram, (long) Math.ceil(rank));
    return lower + (upper - lower) * (rank - Math.floor(rank));
  }

  /** The number that so many are below. */
  private static double number(Histogram histogram, long rank) {
    long below = 0;
    int bin = histogram.first();
    while (below + histogram.count(bin) <= rank) {
      below += histogram.count(bin);
      bin++;
    }
    return histogram.lower(bin) + histogram.width() * (rank - below + 0.5) / histogram.count(bin);
  }

  @Override
  public String text() {
    String number = percent == Math.rint(percent) ? "" + (long) percent : "" + percent;
    return PREFIX + number;
  }
}
