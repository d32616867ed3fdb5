package io.dopt.passes.evaluation;

import io.dopt.ir.TensorType;
import io.dopt.ir.operator.DequantizeLinear;
import io.dopt.ir.operator.QuantizeLinear;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.ElementType;
import java.util.List;

/**
 * Quantization in float32 arithmetic, as ONNX Runtime's kernels do it, so that both agree to the
 * bit; a NaN becomes the zero point of an integer type.
 */
final class QuantizationEvaluation {
  private QuantizationEvaluation() {}

  static List<DenseTensor> quantize(
      QuantizeLinear operator, List<DenseTensor> inputs, List<TensorType> outputs) {
    DenseTensor x = inputs.get(0);
    float[] values = x.toFloats();
    float[] scales = inputs.get(1).toFloats();
    long[] zeroPoints = zeroPoints(inputs);
    int[] places = places(x, inputs.get(1), operator.axis(), operator.blockSize());
    ElementType to = operator.to();
    if (to.isFloatingPoint()) {
      for (int i = 0; i < values.length; i++) {
        values[i] /= scales[places[i]];
      }
      return List.of(DenseTensor.ofFloats(x.shape(), values).cast(to));
    }
    long[] rounded = new long[values.length];
    for (int i = 0; i < values.length; i++) {
      float quotient = values[i] / scales[places[i]];
      // Long enough below the largest long that a zero point cannot overflow it.
      rounded[i] = (int) Math.rint(quotient) + zeroPoints[places[i]];
    }
    return List.of(DenseTensor.ofLongs(x.shape(), rounded).cast(to));
  }

  static List<DenseTensor> dequantize(
      DequantizeLinear operator, List<DenseTensor> inputs, List<TensorType> outputs) {
    DenseTensor x = inputs.get(0);
    float[] scales = inputs.get(1).toFloats();
    int[] places = places(x, inputs.get(1), operator.axis(), operator.blockSize());
    float[] results;
    if (x.elementType().isFloatingPoint()) {
      results = x.toFloats();
    } else {
      long[] zeroPoints = zeroPoints(inputs);
      long[] values = x.toLongs();
      results = new float[values.length];
      for (int i = 0; i < values.length; i++) {
        results[i] = values[i] - zeroPoints[places[i]];
      }
    }
    for (int i = 0; i < results.length; i++) {
      results[i] *= scales[places[i]];
    }
    return List.of(DenseTensor.ofFloats(x.shape(), results).cast(inputs.get(1).elementType()));
  }

  /** A zero point per scale. */
  private static long[] zeroPoints(List<DenseTensor> inputs) {
    return inputs.size() == 3
        ? inputs.get(2).toLongs()
        : new long[Math.toIntExact(inputs.get(1).elementCount())];
  }

  /** For every element its place among the scales. */
  private static int[] places(DenseTensor x, DenseTensor scale, long axis, long blockSize) {
    if (scale.shape().isEmpty()) {
      return new int[Math.toIntExact(x.elementCount())];
    }
    int along = Layout.axis(axis, x.shape());
    int[] table = new int[Math.toIntExact(x.shape().get(along))];
    if (blockSize == 0) {
      int[][] contributions = new int[x.shape().size()][];
      for (int i = 0; i < contributions.length; i++) {
        contributions[i] = new int[Math.toIntExact(x.shape().get(i))];
      }
      for (int i = 0; i < table.length; i++) {
        table[i] = i;
      }
      return new Layout(contributions).with(along, table).places();
    }
    int stride = Layout.strides(scale.shape())[along];
    for (int i = 0; i < table.length; i++) {
      table[i] = Math.toIntExact(i / blockSize * stride);
    }
    return Layout.of(scale.shape()).with(along, table).places();
  }
}
