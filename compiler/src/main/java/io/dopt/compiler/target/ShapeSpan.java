package io.dopt.compiler.target;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The shapes that were asked for, from the smallest to the largest.
 *
 * @param minimum least value of each symbol
 * @param usual values of the call that is made most
 * @param maximum largest value of each symbol
 */
public record ShapeSpan(
    SortedMap<String, Long> minimum,
    SortedMap<String, Long> usual,
    SortedMap<String, Long> maximum) {
  public ShapeSpan {
    minimum = sorted(minimum);
    usual = sorted(usual);
    maximum = sorted(maximum);
    if (!minimum.keySet().equals(usual.keySet()) || !minimum.keySet().equals(maximum.keySet())) {
      throw new IllegalArgumentException(minimum + ", " + usual + ", " + maximum);
    }
  }

  private static SortedMap<String, Long> sorted(SortedMap<String, Long> values) {
    return Collections.unmodifiableSortedMap(new TreeMap<>(values));
  }

  /**
   * The span of some shapes of the same symbols.
   *
   * @param usual one of them
   */
  public static ShapeSpan of(
      Collection<SortedMap<String, Long>> shapes, SortedMap<String, Long> usual) {
    SortedMap<String, Long> minimum = new TreeMap<>(usual);
    SortedMap<String, Long> maximum = new TreeMap<>(usual);
    for (SortedMap<String, Long> shape : shapes) {
      shape.forEach((symbol, value) -> minimum.merge(symbol, value, Math::min));
      shape.forEach((symbol, value) -> maximum.merge(symbol, value, Math::max));
    }
    return new ShapeSpan(minimum, usual, maximum);
  }

  /** The one shape of a component without symbols. */
  public static ShapeSpan ofNone() {
    return of(List.of(), Collections.emptySortedMap());
  }
}
