package io.dopt.ir.operator;

import io.dopt.ir.TensorType;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.Shape;
import java.util.List;

/**
 * ONNX GatherElements: data, integer indices of the same rank; the output has the indices' shape.
 */
public record GatherElements(long axis) implements PlainOperator {
  @Override
  public List<TensorType> infer(List<TensorType> inputs) {
    Types.requireCount(this, inputs, 2, 2);
    Types.requireIndices(this, inputs.get(1));
    Types.requireRank(this, inputs.get(1), inputs.get(0).shape().rank());
    Shape data = inputs.get(0).shape();
    Shape indices = inputs.get(1).shape();
    int at = Types.axis(this, axis, data.rank());
    for (int other = 0; other < data.rank(); other++) {
      Dimension present = data.get(other);
      Dimension wanted = indices.get(other);
      Types.require(
          this,
          other == at
              || wanted.equals(present)
              || (wanted.isConstant()
                  && present.isConstant()
                  && wanted.constant() <= present.constant()),
          "indices " + indices + " reach beyond axis " + other + " of " + data);
    }
    return List.of(inputs.get(0).withShape(inputs.get(1).shape()));
  }
}
