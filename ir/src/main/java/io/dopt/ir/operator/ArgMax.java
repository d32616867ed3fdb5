package io.dopt.ir.operator;

import io.dopt.ir.TensorType;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.ElementType;
import java.util.List;

/**
 * ONNX ArgMax: index (i64) of the first largest element along the axis, which is kept with size 1.
 */
public record ArgMax(long axis) implements PlainOperator {
  @Override
  public List<TensorType> infer(List<TensorType> inputs) {
    Types.requireCount(this, inputs, 1, 1);
    Types.requireNumeric(this, inputs.get(0));
    int at = Types.axis(this, axis, inputs.get(0).shape().rank());
    return List.of(
        new TensorType(ElementType.INT64, inputs.get(0).shape().with(at, Dimension.of(1))));
  }
}
