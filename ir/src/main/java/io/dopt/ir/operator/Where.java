package io.dopt.ir.operator;

import io.dopt.ir.TensorType;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.Shape;
import java.util.List;

/** ONNX Where: condition (bool), then, otherwise; broadcast together. */
public record Where() implements PlainOperator {
  @Override
  public List<TensorType> infer(List<TensorType> inputs) {
    Types.requireCount(this, inputs, 3, 3);
    Types.require(
        this, inputs.get(0).elementType() == ElementType.BOOL, "the condition is " + inputs.get(0));
    Types.requireSameElementType(this, inputs.subList(1, 3));
    Shape branches = Types.broadcast(this, inputs.get(1).shape(), inputs.get(2).shape());
    return List.of(inputs.get(1).withShape(Types.broadcast(this, inputs.get(0).shape(), branches)));
  }
}
