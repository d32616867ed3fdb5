package io.dopt.ir.operator;

import io.dopt.ir.TensorType;
import io.dopt.tensor.Shape;
import java.util.List;

/** ONNX LayerNormalization-17 over the last axis: x [..., C], scale [C], optional bias [C]. */
public record LayerNormalization(double epsilon) implements PlainOperator {
  @Override
  public List<TensorType> infer(List<TensorType> inputs) {
    Types.requireCount(this, inputs, 2, 3);
    Types.requireSameElementType(this, inputs);
    Types.requireFloatingPoint(this, inputs.get(0));
    Types.require(this, inputs.get(0).shape().rank() >= 1, "wants rank 1 or more, got a scalar");
    Shape channels = Shape.of(inputs.get(0).shape().get(-1));
    for (TensorType parameter : inputs.subList(1, inputs.size())) {
      Types.require(
          this, parameter.shape().equals(channels), parameter + " does not fit " + inputs.get(0));
    }
    return inputs.subList(0, 1);
  }
}
