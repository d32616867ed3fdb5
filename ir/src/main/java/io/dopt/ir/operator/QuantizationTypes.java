package io.dopt.ir.operator;

import io.dopt.ir.TensorType;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.Granularity;
import io.dopt.tensor.Shape;
import java.util.List;
import java.util.stream.Collectors;

/** Type rules that {@link QuantizeLinear} and {@link DequantizeLinear} share. */
final class QuantizationTypes {
  private static final List<ElementType> QUANTIZED =
      List.of(
          ElementType.INT8,
          ElementType.UINT8,
          ElementType.INT4,
          ElementType.UINT4,
          ElementType.FLOAT8E4M3FN);

  private QuantizationTypes() {}

  static boolean isQuantized(ElementType type) {
    return QUANTIZED.contains(type);
  }

  static String names() {
    return QUANTIZED.stream().map(ElementType::text).collect(Collectors.joining(", "));
  }

  /** ONNX's default axis, 1, where there is none. */
  static long axis(Granularity granularity) {
    if (granularity instanceof Granularity.PerAxis perAxis) {
      return perAxis.axis();
    }
    return granularity instanceof Granularity.Blocked blocked ? blocked.axis() : 1;
  }

  static long blockSize(Granularity granularity) {
    return granularity instanceof Granularity.Blocked blocked ? blocked.blockSize() : 0;
  }

  static void requireReal(Operator operator, TensorType real) {
    ElementType type = real.elementType();
    Types.require(
        operator,
        type == ElementType.FLOAT32 || type == ElementType.FLOAT16 || type == ElementType.BFLOAT16,
        "wants numbers in f32, f16 or bf16, got " + real);
  }

  /** Checks the shape of the scale and the type of the zero point, if there is one. */
  static void requireScale(
      Operator operator,
      List<TensorType> inputs,
      ElementType quantized,
      long axis,
      long blockSize) {
    Types.requireAtLeast(operator, 0, "block size", blockSize);
    TensorType scale = inputs.get(1);
    Shape wanted = scaleShape(operator, inputs.get(0), scale, axis, blockSize);
    Types.require(
        operator,
        scale.shape().equals(wanted),
        "the scale "
            + scale
            + " should have shape "
            + wanted
            + " to fit "
            + inputs.get(0)
            + " along axis "
            + axis
            + (blockSize == 0 ? "" : " in blocks of " + blockSize));
    if (inputs.size() == 3) {
      TensorType zeroPoint = scale.withElementType(quantized);
      Types.require(
          operator,
          inputs.get(2).equals(zeroPoint),
          "the zero point " + inputs.get(2) + " should be " + zeroPoint);
    }
  }

  private static Shape scaleShape(
      Operator operator, TensorType x, TensorType scale, long axis, long blockSize) {
    if (blockSize == 0 && scale.shape().rank() == 0) {
      return scale.shape();
    }
    int place = Types.axis(operator, axis, x.shape().rank());
    Dimension along = x.shape().get(place);
    if (blockSize == 0) {
      return Shape.of(along);
    }
    Types.require(operator, along.isConstant(), "a symbolic dimension of " + x + " has no blocks");
    long blocks = (along.constant() + blockSize - 1) / blockSize;
    return x.shape().with(place, Dimension.of(blocks));
  }
}
