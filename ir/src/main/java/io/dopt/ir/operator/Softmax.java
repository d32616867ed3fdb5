package io.dopt.ir.operator;

import io.dopt.ir.TensorType;
import java.util.List;

/** ONNX Softmax-13 along one axis. */
public record Softmax(long axis) implements PlainOperator {
  @Override
  public List<TensorType> infer(List<TensorType> inputs) {
    Types.requireCount(this, inputs, 1, 1);
    Types.requireFloatingPoint(this, inputs.get(0));
    Types.axis(this, axis, inputs.get(0).shape().rank());
    return inputs;
  }
}
