package io.dopt.ir.operator;

import io.dopt.ir.TensorType;
import io.dopt.tensor.Shape;
import java.util.List;

/**
 * ONNX Pad with zeros.
 *
 * @param pads begin of every axis, then end of every axis; not negative
 */
public record Pad(List<Long> pads) implements PlainOperator {
  public Pad {
    pads = List.copyOf(pads);
  }

  @Override
  public List<TensorType> infer(List<TensorType> inputs) {
    Types.requireCount(this, inputs, 1, 1);
    Shape shape = inputs.get(0).shape();
    Types.require(
        this,
        pads.size() == 2 * shape.rank(),
        pads + " does not have two pads per axis of " + shape);
    Types.requireAtLeast(this, 0, "pad", pads);
    for (int axis = 0; axis < shape.rank(); axis++) {
      shape =
          shape.with(axis, shape.get(axis).plus(pads.get(axis) + pads.get(axis + shape.rank())));
    }
    return List.of(inputs.get(0).withShape(shape));
  }
}
