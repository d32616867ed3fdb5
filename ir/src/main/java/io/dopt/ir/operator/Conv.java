package io.dopt.ir.operator;

import io.dopt.ir.TensorType;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * ONNX Conv: x [N, C, spatial...], weight [M, C/group, kernel...], optional bias [M].
 *
 * @param strides one per spatial axis
 * @param pads begin of every spatial axis, then end of every spatial axis
 * @param dilations one per spatial axis
 * @param group number of groups
 */
public record Conv(List<Long> strides, List<Long> pads, List<Long> dilations, long group)
    implements PlainOperator {
  public Conv {
    strides = List.copyOf(strides);
    pads = List.copyOf(pads);
    dilations = List.copyOf(dilations);
  }

  @Override
  public List<TensorType> infer(List<TensorType> inputs) {
    Types.requireCount(this, inputs, 2, 3);
    Types.requireSameElementType(this, inputs);
    Types.requireFloatingPoint(this, inputs.get(0));
    Types.requireAtLeast(this, 1, "stride", strides);
    Types.requireAtLeast(this, 1, "dilation", dilations);
    Types.requireAtLeast(this, 0, "pad", pads);
    Types.requireAtLeast(this, 1, "group", group);
    Shape x = inputs.get(0).shape();
    Shape weight = inputs.get(1).shape();
    int spatial = strides.size();
    Types.requireRank(this, inputs.get(0), spatial + 2);
    Types.requireRank(this, inputs.get(1), spatial + 2);
    Types.require(
        this,
        pads.size() == 2 * spatial && dilations.size() == spatial,
        "strides, pads and dilations disagree on the number of spatial axes");
    Types.require(
        this,
        weight.isConstant() && weight.get(0).constant() % group == 0,
        "the weight " + weight + " is symbolic or not divided by group " + group);
    Types.require(
        this,
        x.get(1).equals(weight.get(1).times(group)),
        "input "
            + x
            + " does not have the channels that the weight "
            + weight
            + " with group "
            + group
            + " wants");
    if (inputs.size() == 3) {
      Types.require(
          this,
          inputs.get(2).shape().equals(Shape.of(weight.get(0))),
          "bias " + inputs.get(2) + " does not fit weight " + weight);
    }
    List<Dimension> dimensions = new ArrayList<>(List.of(x.get(0), weight.get(0)));
    for (int axis = 0; axis < spatial; axis++) {
      long reach = dilations.get(axis) * (weight.get(axis + 2).constant() - 1) + 1;
      dimensions.add(
          x.get(axis + 2)
              .plus(pads.get(axis) + pads.get(axis + spatial) - reach)
              .floorDividedBy(strides.get(axis))
              .plus(1));
    }
    return List.of(inputs.get(0).withShape(new Shape(dimensions)));
  }
}
