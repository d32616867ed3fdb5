package io.dopt.ir.operator;

import io.dopt.ir.TensorType;
import java.util.List;

/** ONNX Clip with both bounds given. */
public record Clip(double minimum, double maximum) implements PlainOperator {
  @Override
  public List<TensorType> infer(List<TensorType> inputs) {
    Types.requireCount(this, inputs, 1, 1);
    Types.requireNumeric(this, inputs.get(0));
    Types.require(this, minimum <= maximum, minimum + " is not below " + maximum);
    return inputs;
  }
}
