package io.dopt.evals.report;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What one engine of the candidate was found to be made of.
 *
 * @param engine its file
 * @param layers how many layers of the engine there are of each precision
 * @param regions those that compute several nodes, largest first
 * @param tactics hash of its kernels: equal for engines that compute alike
 */
public record EngineLayers(
    String engine, SortedMap<String, Integer> layers, List<FusedNodes> regions, String tactics) {
  /** What a page shows; the largest come first. */
  private static final int MOST_SHOWN = 200;

  public EngineLayers {
    layers = Collections.unmodifiableSortedMap(new TreeMap<>(layers));
    regions = List.copyOf(regions);
  }

  /** {@code 12 copies, 130 f16, 122 int8}. */
  public String counts() {
    return layers.entrySet().stream()
        .map(entry -> entry.getValue() + " " + entry.getKey())
        .collect(Collectors.joining(", "));
  }

  /** The fused regions that the page shows. */
  public List<FusedNodes> shown() {
    return regions.subList(0, Math.min(MOST_SHOWN, regions.size()));
  }

  /** How many it leaves out. */
  public int left() {
    return regions.size() - shown().size();
  }
}
