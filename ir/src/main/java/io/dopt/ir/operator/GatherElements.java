package io.dopt.ir.operator;

import io.dopt.ir.TensorType;
import java.util.List;

/**
 * ONNX GatherElements: data, integer indices of the same rank; the output has the indices' shape.
 */
public record GatherElements(long axis) implements PlainOperator {
  @Override
  public List<TensorType> infer(List<TensorType> inputs) {
    Types.requireCount(this, inputs, 2, 2);
    Types.require(
        this, !inputs.get(1).elementType().isFloatingPoint(), "the indices are " + inputs.get(1));
    Types.requireRank(this, inputs.get(1), inputs.get(0).shape().rank());
    Types.axis(this, axis, inputs.get(0).shape().rank());
    return List.of(inputs.get(0).withShape(inputs.get(1).shape()));
  }
}
