package io.dopt.runtime.build;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.List;

/**
 * The shapes an input may have in one optimization profile (TensorRT's {@code OptProfileSelector}).
 *
 * @param minimum smallest size of each dimension
 * @param optimum the shape that tactics are chosen for
 * @param maximum largest size of each dimension, for which memory is reserved
 */
public record ShapeRange(List<Long> minimum, List<Long> optimum, List<Long> maximum) {
  /**
   * @throws DoptException (BAD_INPUT) when the ranks differ, a size is negative, or a dimension is
   *     not minimum &lt;= optimum &lt;= maximum
   */
  public ShapeRange {
    minimum = List.copyOf(minimum);
    optimum = List.copyOf(optimum);
    maximum = List.copyOf(maximum);
    boolean ordered = minimum.size() == optimum.size() && optimum.size() == maximum.size();
    for (int axis = 0; ordered && axis < minimum.size(); axis++) {
      ordered =
          0 <= minimum.get(axis)
              && minimum.get(axis) <= optimum.get(axis)
              && optimum.get(axis) <= maximum.get(axis);
    }
    if (!ordered) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          "The shapes "
              + minimum
              + ", "
              + optimum
              + ", "
              + maximum
              + " are not a minimum, optimum and maximum.");
    }
  }

  /** The one shape there is. */
  public static ShapeRange exactly(List<Long> shape) {
    return new ShapeRange(shape, shape, shape);
  }
}
