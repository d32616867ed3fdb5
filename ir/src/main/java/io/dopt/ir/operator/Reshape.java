package io.dopt.ir.operator;

import io.dopt.ir.TensorType;
import io.dopt.tensor.Shape;
import java.util.List;
import java.util.Map;

/** ONNX Reshape to a shape of as many elements, which may be symbolic. */
public record Reshape(Shape shape) implements PlainOperator {
  @Override
  public List<TensorType> infer(List<TensorType> inputs) {
    Types.requireCount(this, inputs, 1, 1);
    Types.require(
        this,
        shape.elementCount().equals(inputs.get(0).shape().elementCount()),
        inputs.get(0) + " does not have as many elements as " + shape);
    return List.of(inputs.get(0).withShape(shape));
  }

  @Override
  public Reshape bind(Map<String, Long> bindings) {
    return new Reshape(shape.bind(bindings));
  }
}
