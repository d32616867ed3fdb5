package io.dopt.runtime.build;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The shapes one engine is built for.
 *
 * @param inputs by input name, every input of the engine
 */
public record OptimizationProfile(SortedMap<String, ShapeRange> inputs) {
  public OptimizationProfile {
    inputs = Collections.unmodifiableSortedMap(new TreeMap<>(inputs));
  }
}
