package io.dopt.ir.operator;

import io.dopt.ir.TensorType;
import io.dopt.tensor.ElementType;
import java.util.List;

/** ONNX Cast. */
public record Cast(ElementType to) implements PlainOperator {
  @Override
  public List<TensorType> infer(List<TensorType> inputs) {
    Types.requireCount(this, inputs, 1, 1);
    return List.of(inputs.get(0).withElementType(to));
  }
}
