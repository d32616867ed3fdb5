package io.dopt.quantizer.calibration;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The statistics of one value in the making. Its state is exactly what {@link ValueStatistics}
 * says, so that one that was written out and read goes on as if nothing had happened.
 */
final class ValueObserver {
  private final Observation observation;
  private final Bucket[] buckets;
  private final double[] channelAbsoluteMaximum;
  private final double[] channelMean;
  private long calls;

  private static final class Bucket {
    private final HistogramCounter histogram = new HistogramCounter();
    private long count;
    private double minimum = Double.POSITIVE_INFINITY;
    private double maximum = Double.NEGATIVE_INFINITY;
    private double mean;
  }

  ValueObserver(Observation observation, int buckets) {
    this.observation = observation;
    this.buckets = new Bucket[buckets];
    this.channelAbsoluteMaximum = new double[observation.channels()];
    this.channelMean = new double[observation.channels()];
  }

  /** Goes on where the statistics end. */
  void resume(ValueStatistics earlier) {
    if (earlier.channels() != observation.channels()
        || earlier.channelAxis() != observation.channelAxis()) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          String.format(
              "The unfinished calibration has %d channels of %s, which has %d. Start anew, without"
                  + " --resume.",
              earlier.channels(), observation.value(), observation.channels()));
    }
    for (int i = 0; i < buckets.length; i++) {
      BucketStatistics seen = earlier.buckets().get(i);
      if (seen.count() > 0) {
        Bucket bucket = new Bucket();
        bucket.count = seen.count();
        bucket.minimum = seen.minimum();
        bucket.maximum = seen.maximum();
        bucket.mean = seen.mean();
        bucket.histogram.add(seen.histogram());
        buckets[i] = bucket;
        calls += seen.count() / observation.elements();
      }
    }
    for (int channel = 0; channel < channelMean.length; channel++) {
      channelAbsoluteMaximum[channel] = earlier.channelAbsoluteMaximum().get(channel);
      channelMean[channel] = earlier.channelMean().get(channel);
    }
  }

  /**
   * Adds one run.
   *
   * @param numbers what the observation's output holds
   * @throws DoptException (QUALITY) when there is a NaN or an infinity among them
   */
  void add(int bucketIndex, float[] numbers) {
    for (int i = 0; i < observation.length(); i++) {
      if (!Float.isFinite(numbers[i])) {
        throw new DoptException(
            ErrorCode.QUALITY,
            String.format(
                "The value %s became %s while calibrating, so it has no range. Check the checkpoint"
                    + " and the settings.",
                observation.value(), numbers[i]));
      }
    }
    if (buckets[bucketIndex] == null) {
      buckets[bucketIndex] = new Bucket();
    }
    Bucket bucket = buckets[bucketIndex];
    calls++;
    int channels = observation.channels();
    double sum = 0;
    for (int channel = 0; channel < channels; channel++) {
      double minimum = numbers[channel];
      double maximum = numbers[channels + channel];
      double mean = numbers[2 * channels + channel];
      bucket.minimum = Math.min(bucket.minimum, minimum);
      bucket.maximum = Math.max(bucket.maximum, maximum);
      channelAbsoluteMaximum[channel] =
          Math.max(channelAbsoluteMaximum[channel], Math.max(Math.abs(minimum), Math.abs(maximum)));
      channelMean[channel] += (mean - channelMean[channel]) / calls;
      sum += mean;
    }
    bucket.count = Math.addExact(bucket.count, observation.elements());
    // Every run has as many elements.
    bucket.mean += (sum / channels - bucket.mean) * observation.elements() / bucket.count;
    bucket.histogram.add(numbers, 3 * channels, observation.length());
  }

  ValueStatistics statistics() {
    List<BucketStatistics> statistics = new ArrayList<>();
    for (Bucket bucket : buckets) {
      statistics.add(
          bucket == null
              ? BucketStatistics.EMPTY
              : new BucketStatistics(
                  bucket.count,
                  bucket.minimum,
                  bucket.maximum,
                  bucket.mean,
                  bucket.histogram.histogram()));
    }
    return new ValueStatistics(
        observation.channelAxis(),
        statistics,
        Arrays.stream(channelAbsoluteMaximum).boxed().toList(),
        Arrays.stream(channelMean).boxed().toList());
  }
}
