package io.dopt.ir.operator;

import io.dopt.ir.TensorType;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** ONNX Transpose: output axis i is input axis permutation[i]. */
public record Transpose(List<Long> permutation) implements PlainOperator {
  public Transpose {
    permutation = List.copyOf(permutation);
  }

  @Override
  public List<TensorType> infer(List<TensorType> inputs) {
    Types.requireCount(this, inputs, 1, 1);
    Shape shape = inputs.get(0).shape();
    Types.requireAtLeast(this, 0, "axis", permutation);
    Types.require(
        this,
        permutation.size() == shape.rank() && new TreeSet<>(permutation).size() == shape.rank(),
        permutation + " does not permute " + shape);
    List<Dimension> dimensions = new ArrayList<>();
    for (long axis : permutation) {
      dimensions.add(shape.get(Types.axis(this, axis, shape.rank())));
    }
    return List.of(inputs.get(0).withShape(new Shape(dimensions)));
  }
}
