package io.dopt.ir.operator;

import io.dopt.ir.TensorType;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.Granularity;
import java.util.List;

/**
 * ONNX DequantizeLinear-21: x of a quantized type, scale, optional zero point of x's type; y = (x -
 * zero point) * scale, of the scale's element type. The scale is a scalar, [C] along {@code axis},
 * or one per block of {@code blockSize} elements along {@code axis}.
 *
 * <p>x is i8, u8, i4, u4, f8e4m3fn, or i32 as biases of integer kernels are.
 *
 * @param axis of scales and blocks; means nothing for a scalar scale
 * @param blockSize elements that share a scale; 0 when scales are not blocked
 */
public record DequantizeLinear(long axis, long blockSize) implements PlainOperator {
  /** With scales as {@code granularity} says. */
  public static DequantizeLinear of(Granularity granularity) {
    return new DequantizeLinear(
        QuantizationTypes.axis(granularity), QuantizationTypes.blockSize(granularity));
  }

  @Override
  public List<TensorType> infer(List<TensorType> inputs) {
    Types.requireCount(this, inputs, 2, 3);
    TensorType x = inputs.get(0);
    Types.require(
        this,
        QuantizationTypes.isQuantized(x.elementType()) || x.elementType() == ElementType.INT32,
        x + " is not of a quantized type; there are " + QuantizationTypes.names() + " and i32");
    TensorType scale = inputs.get(1);
    QuantizationTypes.requireReal(this, scale);
    QuantizationTypes.requireScale(this, inputs, x.elementType(), axis, blockSize);
    return List.of(x.withElementType(scale.elementType()));
  }
}
