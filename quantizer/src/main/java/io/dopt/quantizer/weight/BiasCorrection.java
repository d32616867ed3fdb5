package io.dopt.quantizer.weight;

import io.dopt.ir.Weight;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.FloatReader;
import io.dopt.tensor.Granularity;
import io.dopt.tensor.GroupCursor;
import io.dopt.tensor.LazyTensor;
import io.dopt.tensor.QuantizationParameters;
import io.dopt.tensor.SymmetricFormat;
import java.util.List;
import java.util.Optional;

/**
 * Takes the shift out of a layer's output that quantizing its weight puts in: rounding errors do
 * not cancel when the input has a mean (Nagel et al. 2019, "Data-Free Quantization Through Weight
 * Equalization and Bias Correction", section 4.2, with the mean of the input measured).
 */
public final class BiasCorrection {
  private BiasCorrection() {}

  /**
   * The expected shift of every output channel: the quantized less the exact weight, times the mean
   * input. Exact for a Conv where its window does not reach into the padding.
   *
   * @param outputAxis axis of the weight along which output channels lie: 1 of a MatMul's [K, N], 0
   *     of a Conv's [M, C, kernel...]
   * @param inputMean mean of every input channel; a grouped Conv has none that fits
   * @return one number per output channel
   * @throws DoptException (QUALITY) when the shift is not finite, naming the weight
   */
  public static float[] shift(
      Weight weight,
      QuantizationParameters parameters,
      int outputAxis,
      ChannelStatistic inputMean) {
    inputMean.requireFits(weight);
    LazyTensor data = weight.data();
    float[] scales = parameters.scale().toFloats();
    SymmetricFormat format = parameters.format();
    double[] mean = inputMean.toArray();
    GroupCursor groups = GroupCursor.of(data.shape(), parameters.granularity());
    GroupCursor inputs = inputMean.cursor(data.shape());
    GroupCursor outputs = GroupCursor.of(data.shape(), new Granularity.PerAxis(outputAxis));
    double[] shift = new double[outputs.groups()];
    FloatReader.read(
        data,
        (values, count) -> {
          for (int i = 0; i < count; i++) {
            float scale = scales[groups.next()];
            double error = QuantizationError.rounded(format, values[i], scale) - (double) values[i];
            shift[outputs.next()] += error * mean[inputs.next()];
          }
        });
    float[] result = new float[shift.length];
    for (int i = 0; i < shift.length; i++) {
      WeightScales.requireFinite(weight, shift[i]);
      result[i] = (float) shift[i];
    }
    return result;
  }

  /**
   * The bias less the shift, in float32.
   *
   * @param bias of the layer, one number per output channel; empty stands for zeros
   * @throws DoptException (INTERNAL) when there are not as many numbers as output channels
   */
  public static DenseTensor corrected(Optional<? extends LazyTensor> bias, float... shift) {
    float[] corrected =
        bias.isPresent() ? DenseTensor.read(bias.get()).toFloats() : new float[shift.length];
    if (corrected.length != shift.length) {
      throw new DoptException(
          ErrorCode.INTERNAL,
          corrected.length + " biases do not fit " + shift.length + " output channels.");
    }
    for (int i = 0; i < corrected.length; i++) {
      corrected[i] -= shift[i];
    }
    return DenseTensor.ofFloats(List.of((long) corrected.length), corrected);
  }
}
