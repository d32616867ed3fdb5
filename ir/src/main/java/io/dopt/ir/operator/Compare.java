package io.dopt.ir.operator;

import io.dopt.ir.TensorType;
import io.dopt.tensor.ElementType;
import java.util.List;

/**
 * An elementwise comparison with broadcasting; yields bool. As ONNX's operator of the relation's
 * name.
 */
public record Compare(Relation relation) implements PlainOperator {
  /** The relations, in ONNX's names. */
  public enum Relation implements NamedFunction {
    EQUAL("Equal"),
    GREATER("Greater"),
    LESS("Less");

    private final String onnxName;

    Relation(String onnxName) {
      this.onnxName = onnxName;
    }

    @Override
    public String onnxName() {
      return onnxName;
    }
  }

  @Override
  public String operatorName() {
    return relation.onnxName;
  }

  @Override
  public List<TensorType> infer(List<TensorType> inputs) {
    Types.requireCount(this, inputs, 2, 2);
    Types.requireSameElementType(this, inputs);
    if (relation != Relation.EQUAL) {
      Types.requireNumeric(this, inputs.get(0));
    }
    return List.of(
        new TensorType(
            ElementType.BOOL, Types.broadcast(this, inputs.get(0).shape(), inputs.get(1).shape())));
  }
}
