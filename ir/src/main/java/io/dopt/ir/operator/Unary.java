package io.dopt.ir.operator;

import io.dopt.ir.TensorType;
import io.dopt.tensor.ElementType;
import java.util.List;

/** An elementwise function of one tensor, as ONNX's operator of the function's name. */
public record Unary(Function function) implements PlainOperator {
  /** The functions, in ONNX's names. */
  public enum Function implements NamedFunction {
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

    @Override
    public String onnxName() {
      return onnxName;
    }
  }

  @Override
  public String operatorName() {
    return function.onnxName;
  }

  @Override
  public List<TensorType> infer(List<TensorType> inputs) {
    Types.requireCount(this, inputs, 1, 1);
    switch (function) {
      case NOT ->
          Types.require(
              this,
              inputs.get(0).elementType() == ElementType.BOOL,
              "wants bool, got " + inputs.get(0));
      case ABS, NEG, RELU -> Types.requireNumeric(this, inputs.get(0));
      case COS, ERF, EXP, LOG, RECIPROCAL, SIGMOID, SIN, SOFTPLUS, SQRT, TANH ->
          Types.requireFloatingPoint(this, inputs.get(0));
    }
    return inputs;
  }
}
