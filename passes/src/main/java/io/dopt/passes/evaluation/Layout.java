package io.dopt.passes.evaluation;

import io.dopt.ir.IrException;
import java.util.Arrays;
import java.util.List;

/**
 * Where the elements of a result come from, when that is a sum of one contribution per axis: for
 * every index along every axis of the result, how far it moves in the source. Broadcast, transpose,
 * slice, repeat, gather and pad are all such tables.
 */
final class Layout {
  /** Contribution of an index that lies outside the source. */
  static final int OUTSIDE = -1;

  private final int[][] contributions;

  /** A table per axis of the result. */
  Layout(int[][] contributions) {
    this.contributions = contributions;
  }

  /** The layout of a source of {@code shape} as it is. */
  static Layout of(List<Long> shape) {
    int[] strides = strides(shape);
    int[][] contributions = new int[shape.size()][];
    for (int axis = 0; axis < shape.size(); axis++) {
      contributions[axis] = new int[Math.toIntExact(shape.get(axis))];
      for (int i = 0; i < contributions[axis].length; i++) {
        contributions[axis][i] = i * strides[axis];
      }
    }
    return new Layout(contributions);
  }

  /** The layout of a source of {@code shape} broadcast to {@code target}. */
  static Layout broadcast(List<Long> shape, List<Long> target) {
    int[][] source = of(shape).contributions;
    int[][] contributions = new int[target.size()][];
    int added = target.size() - shape.size();
    for (int axis = 0; axis < target.size(); axis++) {
      int size = Math.toIntExact(target.get(axis));
      boolean repeats = axis < added || shape.get(axis - added) == 1;
      contributions[axis] = repeats ? new int[size] : source[axis - added];
    }
    return new Layout(contributions);
  }

  /** The same layout with another table for one axis. */
  Layout with(int axis, int[] table) {
    int[][] changed = contributions.clone();
    changed[axis] = table;
    return new Layout(changed);
  }

  int[] axis(int axis) {
    return contributions[axis];
  }

  int rank() {
    return contributions.length;
  }

  /** For every element of the result, row-major, its place in the source, or {@link #OUTSIDE}. */
  int[] places() {
    int[] places = {0};
    for (int[] table : contributions) {
      int[] longer = new int[Math.multiplyExact(places.length, table.length)];
      int at = 0;
      for (int place : places) {
        for (int contribution : table) {
          longer[at++] = place < 0 || contribution < 0 ? OUTSIDE : place + contribution;
        }
      }
      places = longer;
    }
    return places;
  }

  /** Elements between neighbours along each axis, row-major. */
  static int[] strides(List<Long> shape) {
    int[] strides = new int[shape.size()];
    int stride = 1;
    for (int axis = shape.size() - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride = Math.multiplyExact(stride, Math.toIntExact(shape.get(axis)));
    }
    return strides;
  }

  /** {@code axis} counted from the front. */
  static int axis(long axis, List<Long> shape) {
    return Math.toIntExact(axis < 0 ? axis + shape.size() : axis);
  }

  /** {@code index}, counted from the end when negative, within {@code size}. */
  static int index(long index, int size) {
    long positive = index < 0 ? index + size : index;
    if (positive < 0 || positive >= size) {
      throw new IrException("index " + index + " is outside an axis of " + size);
    }
    return (int) positive;
  }

  @Override
  public String toString() {
    return Arrays.deepToString(contributions);
  }
}
