package io.dopt.ir.operator;

import io.dopt.ir.TensorType;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** ONNX Gather: data, integer indices; the indices' shape replaces the axis. */
public record Gather(long axis) implements PlainOperator {
  @Override
  public List<TensorType> infer(List<TensorType> inputs) {
    Types.requireCount(this, inputs, 2, 2);
    Types.requireIndices(this, inputs.get(1));
    Shape data = inputs.get(0).shape();
    int at = Types.axis(this, axis, data.rank());
    List<Dimension> dimensions = new ArrayList<>(data.dimensions().subList(0, at));
    dimensions.addAll(inputs.get(1).shape().dimensions());
    dimensions.addAll(data.dimensions().subList(at + 1, data.rank()));
    return List.of(inputs.get(0).withShape(new Shape(dimensions)));
  }
}
