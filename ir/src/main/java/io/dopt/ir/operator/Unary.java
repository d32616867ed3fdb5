package io.dopt.ir.operator;

import io.dopt.ir.TensorType;
import java.util.List;

/** An elementwise function of one tensor, as ONNX's operator of the function's name. */
public record Unary(Function function) implements PlainOperator {
  /** The functions, in ONNX's names. */
  public enum Function {
    ABS("Abs"),
    COS("Cos"),
    ERF("Erf"),
    EXP("Exp"),
    LOG("Log"),
    NEG("Neg"),
    NOT("Not"),
    RECIPROCAL("Reciprocal"),
    RELU("Relu"),
    SIGMOID("Sigmoid"),
    SIN("Sin"),
    SOFTPLUS("Softplus"),
    SQRT("Sqrt"),
    TANH("Tanh");

    private final String onnxName;

    Function(String onnxName) {
      this.onnxName = onnxName;
    }
  }

  @Override
  public String operatorName() {
    return function.onnxName;
  }

  @Override
  public List<TensorType> infer(List<TensorType> inputs) {
    Types.requireCount(this, inputs, 1, 1);
    return inputs;
  }
}
