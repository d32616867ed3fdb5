package io.dopt.ir.operator;

import io.dopt.ir.TensorType;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** ONNX AveragePool without padding: x [N, C, spatial...]. */
public record AveragePool(List<Long> kernelShape, List<Long> strides) implements PlainOperator {
  public AveragePool {
    kernelShape = List.copyOf(kernelShape);
    strides = List.copyOf(strides);
  }

  @Override
  public List<TensorType> infer(List<TensorType> inputs) {
    Types.requireCount(this, inputs, 1, 1);
    Types.requireFloatingPoint(this, inputs.get(0));
    Types.requireAtLeast(this, 1, "kernel size", kernelShape);
    Types.requireAtLeast(this, 1, "stride", strides);
    Types.requireRank(this, inputs.get(0), kernelShape.size() + 2);
    Types.require(
        this, strides.size() == kernelShape.size(), "kernelShape and strides differ in length");
    Shape x = inputs.get(0).shape();
    List<Dimension> dimensions = new ArrayList<>(x.dimensions().subList(0, 2));
    for (int axis = 0; axis < strides.size(); axis++) {
      dimensions.add(
          x.get(axis + 2).plus(-kernelShape.get(axis)).floorDividedBy(strides.get(axis)).plus(1));
    }
    return List.of(inputs.get(0).withShape(new Shape(dimensions)));
  }
}
