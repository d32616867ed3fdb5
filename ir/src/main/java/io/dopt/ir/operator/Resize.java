package io.dopt.ir.operator;

import io.dopt.ir.TensorType;
import io.dopt.tensor.Shape;
import java.util.List;
import java.util.Map;

/**
 * ONNX Resize to given sizes, which may be symbolic, in mode nearest with asymmetric coordinates
 * and floor rounding: output position p takes input position floor(p * inputSize / outputSize), as
 * {@code torch.nn.functional.interpolate(mode="nearest")} does.
 *
 * @param shape the output's, of the input's rank
 */
public record Resize(Shape shape) implements PlainOperator {
  @Override
  public List<TensorType> infer(List<TensorType> inputs) {
    Types.requireCount(this, inputs, 1, 1);
    Types.requireRank(this, inputs.get(0), shape.rank());
    return List.of(inputs.get(0).withShape(shape));
  }

  @Override
  public Resize bind(Map<String, Long> bindings) {
    return new Resize(shape.bind(bindings));
  }
}
