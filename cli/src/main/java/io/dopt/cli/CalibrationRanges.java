package io.dopt.cli;

import io.dopt.evals.report.RangeSeries;
import io.dopt.quantizer.calibration.BucketStatistics;
import io.dopt.quantizer.calibration.CalibrationTable;
import io.dopt.quantizer.calibration.PercentileRange;
import io.dopt.quantizer.calibration.Range;
import io.dopt.quantizer.calibration.ValueStatistics;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** How the ranges of a calibration's values go with the timesteps. */
final class CalibrationRanges {
  /** What a drift from nothing to something counts as. */
  private static final double MOST_DRIFT = 1e6;

  private static final PercentileRange MOST_NUMBERS = new PercentileRange(99.8);

  private CalibrationRanges() {}

  /** The buckets that steps fell into, in the order of sampling: noise first. */
  static List<Integer> sampled(CalibrationTable table) {
    int count = table.timesteps().count();
    return IntStream.iterate(count - 1, bucket -> bucket >= 0, bucket -> bucket - 1)
        .filter(
            bucket ->
                table.values().values().stream()
                    .anyMatch(value -> value.buckets().get(bucket).count() > 0))
        .boxed()
        .toList();
  }

  /** The largest magnitude of any bucket over the smallest; 1 without any drift. */
  static double drift(ValueStatistics statistics) {
    double[] magnitudes =
        statistics.buckets().stream()
            .filter(bucket -> bucket.count() > 0)
            .mapToDouble(BucketStatistics::absoluteMaximum)
            .toArray();
    double largest = DoubleStream.of(magnitudes).max().orElse(0);
    double smallest = DoubleStream.of(magnitudes).min().orElse(0);
    return largest == 0 ? 1 : Math.min(MOST_DRIFT, largest / smallest);
  }

  /** A value's ranges for a report. */
  static RangeSeries series(CalibrationTable table, String value) {
    ValueStatistics statistics = table.value(value).orElseThrow();
    List<Double> timesteps = new ArrayList<>();
    List<Range> whole = new ArrayList<>();
    List<Range> most = new ArrayList<>();
    for (int bucket : sampled(table)) {
      List<Double> bounds = table.timesteps().bounds();
      BucketStatistics seen = statistics.buckets().get(bucket);
      timesteps.add((bounds.get(bucket) + bounds.get(bucket + 1)) / 2);
      whole.add(new Range(seen.minimum(), seen.maximum()));
      most.add(MOST_NUMBERS.range(seen, 0));
    }
    return new RangeSeries(
        value,
        timesteps,
        whole.stream().map(Range::minimum).toList(),
        whole.stream().map(Range::maximum).toList(),
        most.stream().map(Range::minimum).toList(),
        most.stream().map(Range::maximum).toList());
  }
}
