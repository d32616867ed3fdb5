package io.dopt.ir.operator;

import io.dopt.ir.TensorType;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * ONNX MatMul: [..., M, K] x [..., K, N] with broadcast leading dimensions; both of rank 2 or more.
 */
public record MatMul() implements PlainOperator {
  @Override
  public List<TensorType> infer(List<TensorType> inputs) {
    Types.requireCount(this, inputs, 2, 2);
    Types.requireSameElementType(this, inputs);
    Types.requireNumeric(this, inputs.get(0));
    Shape left = inputs.get(0).shape();
    Shape right = inputs.get(1).shape();
    Types.require(
        this,
        left.rank() >= 2 && right.rank() >= 2 && left.get(-1).equals(right.get(-2)),
        left + " x " + right + " does not fit");
    Shape batch =
        Types.broadcast(
            this,
            new Shape(left.dimensions().subList(0, left.rank() - 2)),
            new Shape(right.dimensions().subList(0, right.rank() - 2)));
    List<Dimension> dimensions = new ArrayList<>(batch.dimensions());
    dimensions.add(left.get(-2));
    dimensions.add(right.get(-1));
    return List.of(inputs.get(0).withShape(new Shape(dimensions)));
  }
}
