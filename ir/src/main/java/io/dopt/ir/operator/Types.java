package io.dopt.ir.operator;

import io.dopt.ir.IrException;
import io.dopt.ir.TensorType;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** Type rules that several operators share. */
final class Types {
  private Types() {}

  static void requireCount(Operator operator, List<TensorType> inputs, int minimum, int maximum) {
    if (inputs.size() < minimum || inputs.size() > maximum) {
      throw new IrException(
          operator.operatorName()
              + " takes "
              + minimum
              + (maximum == minimum ? "" : " to " + maximum)
              + " inputs, got "
              + inputs.size());
    }
  }

  static void requireSameElementType(Operator operator, List<TensorType> inputs) {
    ElementType first = inputs.get(0).elementType();
    for (TensorType input : inputs) {
      require(operator, input.elementType() == first, "inputs differ in element type: " + inputs);
    }
  }

  static void requireFloatingPoint(Operator operator, TensorType input) {
    require(
        operator,
        input.elementType().isFloatingPoint(),
        "wants a floating-point input, got " + input);
  }

  static void requireNumeric(Operator operator, TensorType input) {
    require(operator, input.elementType() != ElementType.BOOL, "wants numbers, got " + input);
  }

  static void requireIndices(Operator operator, TensorType input) {
    require(
        operator,
        input.elementType() == ElementType.INT64 || input.elementType() == ElementType.INT32,
        "wants i64 or i32 indices, got " + input);
  }

  static void requireAtLeast(Operator operator, long minimum, String what, long value) {
    require(operator, value >= minimum, what + " " + value + " is below " + minimum);
  }

  static void requireAtLeast(Operator operator, long minimum, String what, List<Long> values) {
    values.forEach(value -> requireAtLeast(operator, minimum, what, value));
  }

  static void requireDistinctAxes(Operator operator, List<Long> axes, int rank) {
    require(
        operator,
        axes.stream().map(axis -> axis(operator, axis, rank)).distinct().count() == axes.size(),
        "axes " + axes + " name one twice");
  }

  static void requireRank(Operator operator, TensorType input, int rank) {
    require(operator, input.shape().rank() == rank, "wants rank " + rank + ", got " + input);
  }

  static void require(Operator operator, boolean condition, String problem) {
    if (!condition) {
      throw new IrException(operator.operatorName() + ": " + problem);
    }
  }

  /** {@code axis} counted from the front. */
  static int axis(Operator operator, long axis, int rank) {
    long positive = axis < 0 ? axis + rank : axis;
    require(
        operator, positive >= 0 && positive < rank, "axis " + axis + " is outside rank " + rank);
    return (int) positive;
  }

  /** ONNX's multidirectional broadcasting (Broadcasting.md of onnx). */
  static Shape broadcast(Operator operator, Shape left, Shape right) {
    int rank = Math.max(left.rank(), right.rank());
    List<Dimension> dimensions = new ArrayList<>();
    Dimension one = Dimension.of(1);
    for (int axis = 0; axis < rank; axis++) {
      int leftAxis = axis - rank + left.rank();
      int rightAxis = axis - rank + right.rank();
      Dimension l = leftAxis < 0 ? one : left.get(leftAxis);
      Dimension r = rightAxis < 0 ? one : right.get(rightAxis);
      require(
          operator,
          l.equals(r) || l.equals(one) || r.equals(one),
          left + " does not broadcast with " + right);
      dimensions.add(l.equals(one) ? r : l);
    }
    return new Shape(dimensions);
  }
}
