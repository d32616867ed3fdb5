package io.dopt.ir.operator;

import io.dopt.ir.TensorType;
import io.dopt.tensor.Shape;
import java.util.List;

/**
 * ONNX Resize by integer factors, mode nearest with asymmetric coordinates and floor rounding:
 * every element is repeated, as {@code torch.nn.functional.interpolate(mode="nearest")} does.
 *
 * @param scales one factor per axis
 */
public record Resize(List<Long> scales) implements PlainOperator {
  public Resize {
    scales = List.copyOf(scales);
  }

  @Override
  public List<TensorType> infer(List<TensorType> inputs) {
    Types.requireCount(this, inputs, 1, 1);
    Types.requireRank(this, inputs.get(0), scales.size());
    Shape shape = inputs.get(0).shape();
    for (int axis = 0; axis < scales.size(); axis++) {
      Types.require(this, scales.get(axis) >= 1, "factor " + scales.get(axis) + " is below 1");
      shape = shape.with(axis, shape.get(axis).times(scales.get(axis)));
    }
    return List.of(inputs.get(0).withShape(shape));
  }
}
