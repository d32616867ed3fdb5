package io.dopt.ir.operator;

import io.dopt.ir.TensorType;
import io.dopt.tensor.Shape;
import java.util.List;
import java.util.Map;

/** ONNX Expand: broadcasts to a shape, which may be symbolic. */
public record Expand(Shape shape) implements PlainOperator {
  @Override
  public List<TensorType> infer(List<TensorType> inputs) {
    Types.requireCount(this, inputs, 1, 1);
    return List.of(inputs.get(0).withShape(Types.broadcast(this, inputs.get(0).shape(), shape)));
  }

  @Override
  public Expand bind(Map<String, Long> bindings) {
    return new Expand(shape.bind(bindings));
  }
}
