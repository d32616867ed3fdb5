package io.dopt.ir.operator;

import io.dopt.ir.TensorType;
import java.util.List;

/** ONNX Gelu-20: exact (erf) or the tanh approximation. */
public record Gelu(boolean tanhApproximation) implements PlainOperator {
  @Override
  public List<TensorType> infer(List<TensorType> inputs) {
    Types.requireCount(this, inputs, 1, 1);
    Types.requireFloatingPoint(this, inputs.get(0));
    return inputs;
  }
}
