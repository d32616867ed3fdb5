package io.dopt.quantizer;

import io.dopt.ir.Value;
import io.dopt.quantizer.calibration.CalibrationTable;
import io.dopt.quantizer.calibration.Range;
import io.dopt.quantizer.calibration.RangeMethod;
import io.dopt.quantizer.calibration.ValueStatistics;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import java.util.Map;

/**
 * What a calibration says of values, as they are after smoothing: a smoothed value is divided by
 * its factors channel by channel.
 *
 * @param calibration of the graph before smoothing
 * @param method how ranges are chosen
 * @param smoothing factors by value; values without are as they were
 */
record ActivationRanges(
    CalibrationTable calibration, RangeMethod method, Map<String, float[]> smoothing) {
  ActivationRanges {
    smoothing = Map.copyOf(smoothing);
  }

  /**
   * The range of a value: around zero for types that are. That of a smoothed one shrinks as its
   * largest magnitude does, and is symmetric.
   *
   * @throws DoptException (BAD_INPUT) when the calibration did not observe it
   */
  Range range(Value value, ElementType type) {
    ValueStatistics statistics = statistics(value);
    Range range = method.rangeFor(type, statistics.merged());
    float[] factors = smoothing.get(value.name());
    if (factors == null) {
      return range;
    }
    double before = 0;
    double after = 0;
    for (int channel = 0; channel < factors.length; channel++) {
      double maximum = statistics.channelAbsoluteMaximum().get(channel);
      before = Math.max(before, maximum);
      after = Math.max(after, maximum / factors[channel]);
    }
    double bound = before == 0 ? 0 : range.absoluteMaximum() * after / before;
    return new Range(-bound, bound);
  }

  /** The mean of every channel, axis 1 of an image, else the last. */
  float[] channelMean(Value value) {
    ValueStatistics statistics = statistics(value);
    float[] factors = smoothing.get(value.name());
    float[] means = new float[statistics.channels()];
    for (int channel = 0; channel < means.length; channel++) {
      double mean = statistics.channelMean().get(channel);
      means[channel] = (float) (factors == null ? mean : mean / factors[channel]);
    }
    return means;
  }

  /** The largest magnitude of every channel, before smoothing. */
  float[] channelMaximum(Value value) {
    ValueStatistics statistics = statistics(value);
    float[] maxima = new float[statistics.channels()];
    for (int channel = 0; channel < maxima.length; channel++) {
      maxima[channel] = statistics.channelAbsoluteMaximum().get(channel).floatValue();
    }
    return maxima;
  }

  ActivationRanges withSmoothing(Map<String, float[]> factors) {
    return new ActivationRanges(calibration, method, factors);
  }

  private ValueStatistics statistics(Value value) {
    ValueStatistics statistics =
        calibration
            .value(value.name())
            .orElseThrow(
                () ->
                    notOfThis(
                        "The calibration did not observe '"
                            + value.name()
                            + "', which is"
                            + " to be quantized."));
    if (statistics.channelAxis() >= value.type().shape().rank()) {
      throw notOfThis(
          String.format(
              "The calibration has the channels of '%s' along axis %d, which it lacks.",
              value.name(), statistics.channelAxis()));
    }
    Dimension channels = value.type().shape().get(statistics.channelAxis());
    if (channels.isConstant() && channels.constant() != statistics.channels()) {
      throw notOfThis(
          String.format(
              "The calibration has %d channels of '%s', which has %s.",
              statistics.channels(), value.name(), channels));
    }
    return statistics;
  }

  private static DoptException notOfThis(String what) {
    return new DoptException(
        ErrorCode.BAD_INPUT,
        what + " It is of another checkpoint or another dopt: calibrate again.");
  }
}
