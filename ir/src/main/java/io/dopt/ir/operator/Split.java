package io.dopt.ir.operator;

import io.dopt.ir.TensorType;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * ONNX Split into parts of given sizes along one axis of constant size.
 *
 * @param axis where to split
 * @param sizes one per output
 */
public record Split(long axis, List<Long> sizes) implements PlainOperator {
  public Split {
    sizes = List.copyOf(sizes);
  }

  @Override
  public List<TensorType> infer(List<TensorType> inputs) {
    Types.requireCount(this, inputs, 1, 1);
    Shape shape = inputs.get(0).shape();
    int at = Types.axis(this, axis, shape.rank());
    Types.requireAtLeast(this, 1, "size", sizes);
    long sum = sizes.stream().reduce(0L, Math::addExact);
    Types.require(
        this,
        shape.get(at).equals(Dimension.of(sum)),
        "sizes " + sizes + " do not add up in " + shape);
    List<TensorType> outputs = new ArrayList<>();
    for (long size : sizes) {
      outputs.add(inputs.get(0).withShape(shape.with(at, Dimension.of(size))));
    }
    return outputs;
  }
}
