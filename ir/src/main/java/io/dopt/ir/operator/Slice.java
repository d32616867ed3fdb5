package io.dopt.ir.operator;

import io.dopt.ir.TensorType;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.Shape;
import java.util.List;

/**
 * ONNX Slice with step 1 along axes of constant size: [start, end) with 0 <= start < end <= size.
 *
 * @param axes which axes
 * @param starts one per axis
 * @param ends one per axis
 */
public record Slice(List<Long> axes, List<Long> starts, List<Long> ends) implements PlainOperator {
  public Slice {
    axes = List.copyOf(axes);
    starts = List.copyOf(starts);
    ends = List.copyOf(ends);
  }

  @Override
  public List<TensorType> infer(List<TensorType> inputs) {
    Types.requireCount(this, inputs, 1, 1);
    Types.require(
        this,
        axes.size() == starts.size() && axes.size() == ends.size(),
        "axes, starts and ends differ in length");
    Shape shape = inputs.get(0).shape();
    Types.requireDistinctAxes(this, axes, shape.rank());
    for (int i = 0; i < axes.size(); i++) {
      int at = Types.axis(this, axes.get(i), shape.rank());
      long start = starts.get(i);
      long end = ends.get(i);
      Dimension size = shape.get(at);
      Types.require(
          this,
          start >= 0 && start < end && size.isConstant() && end <= size.constant(),
          "[" + start + ", " + end + ") is not within axis " + at + " of " + shape);
      shape = shape.with(at, Dimension.of(end - start));
    }
    return List.of(inputs.get(0).withShape(shape));
  }
}
