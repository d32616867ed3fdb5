package io.dopt.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Dimensions, outermost first; empty for a scalar.
 *
 * @param dimensions each symbolic or constant
 */
public record Shape(List<Dimension> dimensions) {
  public Shape {
    dimensions = List.copyOf(dimensions);
  }

  /** A shape of constants. */
  public static Shape of(long... dimensions) {
    List<Dimension> list = new ArrayList<>();
    for (long dimension : dimensions) {
      list.add(Dimension.of(dimension));
    }
    return new Shape(list);
  }

  /** A shape of constants. */
  public static Shape ofConstants(List<Long> dimensions) {
    return new Shape(dimensions.stream().map(Dimension::of).collect(Collectors.toList()));
  }

  /** A shape of dimensions. */
  public static Shape of(Dimension... dimensions) {
    return new Shape(List.of(dimensions));
  }

  public int rank() {
    return dimensions.size();
  }

  /** The dimension at {@code axis}, counted from the end when negative. */
  public Dimension get(int axis) {
    return dimensions.get(axis < 0 ? axis + rank() : axis);
  }

  /** The same shape with the dimension at {@code axis} (from the end when negative) replaced. */
  public Shape with(int axis, Dimension dimension) {
    List<Dimension> changed = new ArrayList<>(dimensions);
    changed.set(axis < 0 ? axis + rank() : axis, dimension);
    return new Shape(changed);
  }

  /** The product of all dimensions. */
  public Dimension elementCount() {
    Dimension count = Dimension.of(1);
    for (Dimension dimension : dimensions) {
      count = count.times(dimension);
    }
    return count;
  }

  public boolean isConstant() {
    return dimensions.stream().allMatch(Dimension::isConstant);
  }

  /**
   * The dimensions of a constant shape.
   *
   * @throws IllegalStateException when a dimension is symbolic
   */
  public List<Long> constants() {
    return dimensions.stream().map(Dimension::constant).collect(Collectors.toUnmodifiableList());
  }

  /** Replaces the symbols that {@code values} names. */
  public Shape bind(Map<String, Long> values) {
    return new Shape(dimensions.stream().map(d -> d.bind(values)).collect(Collectors.toList()));
  }

  /** The same shape without the floors that {@code ranges} show to be exact quotients. */
  public Shape simplify(Map<String, SymbolRange> ranges) {
    return isConstant()
        ? this
        : new Shape(dimensions.stream().map(d -> d.simplify(ranges)).collect(Collectors.toList()));
  }

  @Override
  public String toString() {
    return dimensions.stream().map(Dimension::toString).collect(Collectors.joining(", ", "[", "]"));
  }
}
