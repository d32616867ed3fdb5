package io.dopt.quantizer.calibration;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Whether the histograms of a file hold what its other numbers say that they were taken of. */
final class SampledCounts {
  private SampledCounts() {}

  /**
   * Refuses histograms that lack counts, or have some where no number was.
   *
   * @throws DoptException (BAD_INPUT) naming the value
   */
  static CalibrationTable require(Path file, CalibrationTable table) {
    table
        .values()
        .forEach(
            (name, statistics) ->
                fault(statistics.buckets())
                    .ifPresent(
                        fault -> {
                          throw new DoptException(
                              ErrorCode.BAD_INPUT,
                              file + " is not a calibration: at values." + name + ": " + fault);
                        }));
    return table;
  }

  private static Optional<String> fault(List<BucketStatistics> buckets) {
    List<BucketStatistics> seen = buckets.stream().filter(bucket -> bucket.count() > 0).toList();
    for (BucketStatistics bucket : seen) {
      if (bucket.histogram().total() == 0 || !sampledAlike(seen.get(0), bucket)) {
        return Optional.of(
            String.format(
                "a histogram holds %d of %d numbers, another %d of %d; counts are missing.",
                seen.get(0).histogram().total(),
                seen.get(0).count(),
                bucket.histogram().total(),
                bucket.count()));
      }
      if (!within(bucket)) {
        return Optional.of(
            String.format(
                "a histogram holds numbers that are not from %s to %s.",
                bucket.minimum(), bucket.maximum()));
      }
    }
    return Optional.empty();
  }

  /** Every call adds the same numbers of elements and of samples. */
  private static boolean sampledAlike(BucketStatistics left, BucketStatistics right) {
    return product(left.count(), right.histogram().total())
        .equals(product(right.count(), left.histogram().total()));
  }

  private static BigInteger product(long left, long right) {
    return BigInteger.valueOf(left).multiply(BigInteger.valueOf(right));
  }

  /** But for a bin at either end: magnitudes that are too small for one count as zero. */
  private static boolean within(BucketStatistics bucket) {
    Histogram histogram = bucket.histogram();
    int last = histogram.first() + histogram.counts().length - 1;
    return histogram.lower(histogram.first() + 2) >= bucket.minimum()
        && histogram.lower(last - 1) <= bucket.maximum();
  }
}
