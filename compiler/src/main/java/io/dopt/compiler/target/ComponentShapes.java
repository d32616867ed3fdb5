package io.dopt.compiler.target;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Which shapes a component gets engines for.
 *
 * @param engines the symbol values to specialise engines for; an empty one asks for the dynamic
 *     engine
 * @param span of the shapes that were asked for, specialised or not; empty when sizes were not
 */
public record ComponentShapes(List<SortedMap<String, Long>> engines, Optional<ShapeSpan> span) {
  public ComponentShapes {
    engines = List.copyOf(engines);
  }

  /** Without the dynamic engine. */
  public ComponentShapes withoutDynamic() {
    List<SortedMap<String, Long>> fixed = new ArrayList<>(engines);
    fixed.removeIf(SortedMap::isEmpty);
    return new ComponentShapes(fixed, span);
  }
}
