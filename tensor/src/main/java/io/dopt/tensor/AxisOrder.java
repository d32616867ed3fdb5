package io.dopt.tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * A permutation of axes in its simplest form: axes of size 1 dropped, axes that stay neighbours
 * merged, so that {@code [1, 64, 3, 3]} by {@code [0, 2, 3, 1]} becomes {@code [64, 9]} by {@code
 * [1, 0]}.
 *
 * @param sourceShape dimensions before the permutation
 * @param permutation axis {@code i} of the result is this source axis
 */
record AxisOrder(List<Long> sourceShape, List<Integer> permutation) {
  static AxisOrder of(List<Long> shape, List<Integer> permutation) {
    List<Integer> kept = permutation.stream().filter(axis -> shape.get(axis) != 1).toList();
    List<List<Integer>> groups = new ArrayList<>();
    int previous = -1;
    for (int axis : kept) {
      boolean follows =
          previous >= 0
              && axis > previous
              && shape.subList(previous + 1, axis).stream().allMatch(size -> size == 1);
      if (follows) {
        groups.get(groups.size() - 1).add(axis);
      } else {
        groups.add(new ArrayList<>(List.of(axis)));
      }
      previous = axis;
    }
    List<Integer> starts = groups.stream().map(group -> group.get(0)).sorted().toList();
    Long[] merged = new Long[groups.size()];
    List<Integer> order = new ArrayList<>();
    for (List<Integer> group : groups) {
      int place = starts.indexOf(group.get(0));
      order.add(place);
      merged[place] = group.stream().mapToLong(shape::get).reduce(1, (a, b) -> a * b);
    }
    return new AxisOrder(List.of(merged), List.copyOf(order));
  }

  boolean isIdentity() {
    return permutation.size() <= 1;
  }
}
