package io.dopt.ir.operator;

import io.dopt.ir.TensorType;
import io.dopt.tensor.Shape;
import java.util.List;

/** ONNX InstanceNormalization: x [N, C, spatial...], scale [C], bias [C]. */
public record InstanceNormalization(double epsilon) implements PlainOperator {
  @Override
  public List<TensorType> infer(List<TensorType> inputs) {
    Types.requireCount(this, inputs, 3, 3);
    Types.requireSameElementType(this, inputs);
    Types.requireFloatingPoint(this, inputs.get(0));
    Types.require(
        this, inputs.get(0).shape().rank() >= 3, "wants rank 3 or more, got " + inputs.get(0));
    Shape channels = Shape.of(inputs.get(0).shape().get(1));
    Types.require(
        this,
        inputs.get(1).shape().equals(channels) && inputs.get(2).shape().equals(channels),
        "scale and bias do not fit " + inputs.get(0));
    return inputs.subList(0, 1);
  }
}
