package io.dopt.ir.operator;

import io.dopt.ir.TensorType;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.Shape;
import java.util.List;

/** ONNX Concat along one axis. */
public record Concat(long axis) implements PlainOperator {
  @Override
  public List<TensorType> infer(List<TensorType> inputs) {
    Types.requireCount(this, inputs, 1, Integer.MAX_VALUE);
    Types.requireSameElementType(this, inputs);
    Shape first = inputs.get(0).shape();
    int at = Types.axis(this, axis, first.rank());
    Dimension sum = Dimension.of(0);
    for (TensorType input : inputs) {
      Types.require(
          this,
          input.shape().rank() == first.rank()
              && input.shape().with(at, first.get(at)).equals(first),
          "inputs differ outside the axis: " + inputs);
      sum = sum.plus(input.shape().get(at));
    }
    return List.of(inputs.get(0).withShape(first.with(at, sum)));
  }
}
