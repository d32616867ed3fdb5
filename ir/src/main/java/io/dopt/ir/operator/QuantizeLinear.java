package io.dopt.ir.operator;

import io.dopt.ir.TensorType;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.Granularity;
import java.util.List;

/**
 * ONNX QuantizeLinear-21: x, scale of x's element type, optional zero point of type {@code to}; y =
 * saturate(round(x / scale) + zero point), rounded to nearest even. Without a zero point it is 0,
 * also for unsigned types. The scale is a scalar, [C] along {@code axis}, or one per block of
 * {@code blockSize} elements along {@code axis}.
 *
 * @param to i8, u8, i4, u4 or f8e4m3fn, which saturates too
 * @param axis of scales and blocks; means nothing for a scalar scale
 * @param blockSize elements that share a scale; 0 when scales are not blocked
 */
public record QuantizeLinear(ElementType to, long axis, long blockSize) implements PlainOperator {
  /** To {@code to}, with scales as {@code granularity} says. */
  public static QuantizeLinear of(ElementType to, Granularity granularity) {
    return new QuantizeLinear(
        to, QuantizationTypes.axis(granularity), QuantizationTypes.blockSize(granularity));
  }

  @Override
  public List<TensorType> infer(List<TensorType> inputs) {
    Types.requireCount(this, inputs, 2, 3);
    Types.require(
        this,
        QuantizationTypes.isQuantized(to),
        to.text() + " is no quantized type; there are " + QuantizationTypes.names());
    TensorType x = inputs.get(0);
    QuantizationTypes.requireReal(this, x);
    Types.require(
        this,
        inputs.get(1).elementType() == x.elementType(),
        "the scale " + inputs.get(1) + " is not of the element type of " + x);
    QuantizationTypes.requireScale(this, inputs, to, axis, blockSize);
    return List.of(x.withElementType(to));
  }
}
