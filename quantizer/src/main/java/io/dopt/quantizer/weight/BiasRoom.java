package io.dopt.quantizer.weight;

import io.dopt.ir.Weight;
import io.dopt.tensor.AxisStatistics;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.Granularity;
import io.dopt.tensor.LazyTensor;
import io.dopt.tensor.QuantizationParameters;

/**
 * Scales of an integer convolution that its bias fits. Kernels hold the bias in int32, in units of
 * the activation's scale times the channel's: where a channel's weights are tiny, so is the unit,
 * and the bias would saturate. Such a channel gets a larger scale, as in onnxruntime's {@code
 * quantization/qdq_quantizer.py} ({@code _adjust_weight_scale_for_int32_bias}).
 */
public final class BiasRoom {
  /** Half of what int32 holds; the other half is for the sum of products. */
  private static final double LARGEST_BIAS = 1 << 30;

  private BiasRoom() {}

  /**
   * The scales, raised where the bias asks for it. A channel of zeros, whose scale is free, gets
   * the one that keeps its bias most exact.
   *
   * @param parameters int8, one scale per output channel, which lie along axis 0
   * @param bias one number per output channel
   * @param activationScale of the convolution's input
   */
  public static QuantizationParameters of(
      Weight weight, QuantizationParameters parameters, LazyTensor bias, float activationScale) {
    float[] scales = parameters.scale().toFloats();
    float[] maxima = AxisStatistics.absoluteMaximum(weight.data(), 0);
    double[] biases = DenseTensor.read(bias).toDoubles();
    boolean changed = false;
    for (int channel = 0; channel < scales.length; channel++) {
      // Rounded up, so that the quotient stays within the limit in float32 too.
      float least =
          Math.nextUp((float) (Math.abs(biases[channel]) / (LARGEST_BIAS * activationScale)));
      boolean free = maxima[channel] == 0 && biases[channel] != 0;
      if (least >= Float.MIN_NORMAL && (free || scales[channel] < least)) {
        scales[channel] = least;
        changed = true;
      }
    }
    return changed
        ? new QuantizationParameters(
            parameters.format(),
            new Granularity.PerAxis(0),
            DenseTensor.ofFloats(parameters.scale().shape(), scales))
        : parameters;
  }
}
