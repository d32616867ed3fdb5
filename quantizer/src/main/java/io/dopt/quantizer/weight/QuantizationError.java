package io.dopt.quantizer.weight;

import io.dopt.tensor.FloatReader;
import io.dopt.tensor.GroupCursor;
import io.dopt.tensor.LazyTensor;
import io.dopt.tensor.QuantizationParameters;
import io.dopt.tensor.SymmetricFormat;

/** How far a quantized weight is from itself, computed while it streams by. */
public final class QuantizationError {
  private QuantizationError() {}

  /** The Frobenius norm of the difference, over that of the weight; 0 for a weight of zeros. */
  public static double relative(LazyTensor weight, QuantizationParameters parameters) {
    return relative(weight, weight, parameters);
  }

  /**
   * As {@link #relative(LazyTensor, QuantizationParameters)} when only the {@code residual} of a
   * low-rank branch is quantized: its difference over the norm of the {@code weight}.
   */
  public static double relative(
      LazyTensor weight, LazyTensor residual, QuantizationParameters parameters) {
    double difference = squared(residual, parameters);
    return difference == 0 ? 0 : Math.sqrt(difference / squaredNorm(weight));
  }

  private static double squared(LazyTensor tensor, QuantizationParameters parameters) {
    float[] scales = parameters.scale().toFloats();
    SymmetricFormat format = parameters.format();
    GroupCursor cursor = GroupCursor.of(tensor.shape(), parameters.granularity());
    double[] sum = {0};
    FloatReader.read(
        tensor,
        (values, count) -> {
          for (int i = 0; i < count; i++) {
            double error = values[i] - rounded(format, values[i], scales[cursor.next()]);
            sum[0] += error * error;
          }
        });
    return sum[0];
  }

  /** The sum of the squares. */
  public static double squaredNorm(LazyTensor tensor) {
    double[] sum = {0};
    FloatReader.read(
        tensor,
        (values, count) -> {
          for (int i = 0; i < count; i++) {
            sum[0] += (double) values[i] * values[i];
          }
        });
    return sum[0];
  }

  /** What {@code value} is after quantizing and dequantizing. */
  static float rounded(SymmetricFormat format, float value, float scale) {
    return format.decode(format.encode(value / scale)) * scale;
  }
}
