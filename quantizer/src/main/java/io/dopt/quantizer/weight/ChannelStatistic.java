package io.dopt.quantizer.weight;

import io.dopt.ir.Weight;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.Granularity;
import io.dopt.tensor.GroupCursor;
import java.util.List;

/**
 * One number per input channel of a layer, and along which axis of its weight these channels lie: 0
 * of a MatMul's [K, N], 1 of a Conv's [M, C, kernel...].
 *
 * @param axis of the weight
 * @param values one per index along the axis
 */
public record ChannelStatistic(int axis, List<Double> values) {
  public ChannelStatistic {
    values = List.copyOf(values);
  }

  /** With the numbers of an array. */
  public static ChannelStatistic of(int axis, float... values) {
    Double[] boxed = new Double[values.length];
    for (int i = 0; i < values.length; i++) {
      boxed[i] = (double) values[i];
    }
    return new ChannelStatistic(axis, List.of(boxed));
  }

  /**
   * Checks that {@code weight} has these channels.
   *
   * @throws DoptException (INTERNAL) when it has others
   */
  void requireFits(Weight weight) {
    List<Long> shape = weight.data().shape();
    if (axis < 0 || axis >= shape.size() || shape.get(axis) != values.size()) {
      throw new DoptException(
          ErrorCode.INTERNAL,
          String.format(
              "%d input channels along axis %d do not fit the weight %s of shape %s.",
              values.size(), axis, weight.value().name(), shape));
    }
  }

  /** Walks the elements of a tensor of {@code shape}, telling the channel of each. */
  GroupCursor cursor(List<Long> shape) {
    return GroupCursor.of(shape, new Granularity.PerAxis(axis));
  }

  double[] toArray() {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
