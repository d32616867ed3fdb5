package io.dopt.quantizer.calibration;

import java.util.List;

/**
 * What one value of a denoiser held during a calibration.
 *
 * @param channelAxis the axis of its channels, counted from 0: 1 for {@code [N, C, H, W]}, else the
 *     last
 * @param buckets one for each of the table's stretches of timesteps
 * @param channelAbsoluteMaximum the largest magnitude of each channel, over all timesteps
 * @param channelMean the mean of each channel, over all timesteps
 */
public record ValueStatistics(
    int channelAxis,
    List<BucketStatistics> buckets,
    List<Double> channelAbsoluteMaximum,
    List<Double> channelMean) {
  /** Keeps its own copies. */
  public ValueStatistics {
    buckets = List.copyOf(buckets);
    channelAbsoluteMaximum = List.copyOf(channelAbsoluteMaximum);
    channelMean = List.copyOf(channelMean);
    if (channelAxis < 0) {
      throw new IllegalArgumentException("the channels' axis is " + channelAxis);
    }
    if (channelMean.isEmpty() || channelMean.size() != channelAbsoluteMaximum.size()) {
      throw new IllegalArgumentException(
          channelMean.size()
              + " channels have a mean, "
              + channelAbsoluteMaximum.size()
              + " a maximum");
    }
    for (int channel = 0; channel < channelMean.size(); channel++) {
      double bound = channelAbsoluteMaximum.get(channel);
      if (!(bound >= 0) || Double.isInfinite(bound) || !Double.isFinite(channelMean.get(channel))) {
        throw new IllegalArgumentException(
            "channel " + channel + " is up to " + bound + ", on average " + channelMean);
      }
    }
  }

  /** Number of channels. */
  public int channels() {
    return channelMean.size();
  }

  /** The statistics over all timesteps. */
  public BucketStatistics merged() {
    return buckets.stream().reduce(BucketStatistics.EMPTY, BucketStatistics::plus);
  }
}
