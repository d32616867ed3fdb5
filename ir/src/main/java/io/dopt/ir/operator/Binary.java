package io.dopt.ir.operator;

import io.dopt.ir.TensorType;
import java.util.List;

/**
 * An elementwise function of two tensors with ONNX's broadcasting, as ONNX's operator of the
 * function's name.
 */
public record Binary(Function function) implements PlainOperator {
  /** The functions, in ONNX's names. */
  public enum Function implements NamedFunction {
    ADD("Add"),
    DIV("Div"),
    MUL("Mul"),
    POW("Pow"),
    SUB("Sub");

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
    Types.requireCount(this, inputs, 2, 2);
    Types.requireSameElementType(this, inputs);
    Types.requireNumeric(this, inputs.get(0));
    return List.of(
        inputs
            .get(0)
            .withShape(Types.broadcast(this, inputs.get(0).shape(), inputs.get(1).shape())));
  }
}
