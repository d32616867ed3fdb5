package io.dopt.quantizer.weight;

import io.dopt.ir.Weight;
import io.dopt.tensor.AxisStatistics;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.Granularity;
import io.dopt.tensor.QuantizationParameters;
import io.dopt.tensor.SymmetricFormat;
import java.util.Optional;

/** Chooses the scales of a weight, symmetric around zero. */
public final class WeightScales {
  private WeightScales() {}

  /**
   * The scales that map the largest magnitude of every group to the format's largest number: no
   * number is clipped. Reads the weight once.
   *
   * @throws DoptException (QUALITY) when the weight has a NaN or an infinity, naming it
   */
  public static QuantizationParameters ofMaximum(
      Weight weight, SymmetricFormat format, Granularity granularity) {
    return QuantizationParameters.ofMaxima(
        format, granularity, weight.data().shape(), maxima(weight, granularity));
  }

  /**
   * The scales with the least squared error of the weight, among those of {@link #ofMaximum} times
   * 1, 63/64, ... 1/2; the largest of equally good ones. Reads the weight twice.
   *
   * @throws DoptException (QUALITY) when the weight has a NaN or an infinity, naming it
   */
  public static QuantizationParameters ofLeastError(
      Weight weight, SymmetricFormat format, Granularity granularity) {
    return leastError(weight, format, granularity, Optional.empty());
  }

  /**
   * As {@link #ofLeastError(Weight, SymmetricFormat, Granularity)}, with the squared error of every
   * number weighted by what it is multiplied with: the mean square of its input channel, so that
   * the error of the layer's output is least.
   *
   * @throws DoptException (QUALITY) when the weight has a NaN or an infinity, naming it
   */
  public static QuantizationParameters ofLeastError(
      Weight weight,
      SymmetricFormat format,
      Granularity granularity,
      ChannelStatistic inputMeanSquare) {
    inputMeanSquare.requireFits(weight);
    return leastError(weight, format, granularity, Optional.of(inputMeanSquare));
  }

  private static QuantizationParameters leastError(
      Weight weight,
      SymmetricFormat format,
      Granularity granularity,
      Optional<ChannelStatistic> importance) {
    float[] maxima = maxima(weight, granularity);
    float[] clipped =
        new ClippingSearch(weight.data(), format, granularity, maxima, importance).run();
    return QuantizationParameters.ofMaxima(format, granularity, weight.data().shape(), clipped);
  }

  private static float[] maxima(Weight weight, Granularity granularity) {
    float[] maxima = AxisStatistics.absoluteMaximum(weight.data(), granularity);
    for (float maximum : maxima) {
      requireFinite(weight, maximum);
    }
    return maxima;
  }

  /** Refuses a weight whose statistic shows that not all of it are numbers. */
  static void requireFinite(Weight weight, double statistic) {
    if (!Double.isFinite(statistic)) {
      throw new DoptException(
          ErrorCode.QUALITY,
          String.format(
              "The weight %s contains %s, so it cannot be quantized. Check the checkpoint: it is"
                  + " damaged, or its training diverged.",
              weight.value().name(), Double.isNaN(statistic) ? "NaN" : "an infinity"));
    }
  }
}
