package io.dopt.runtime.bundle;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What one engine was found to be made of.
 *
 * @param engine its file as the manifest lists it
 * @param layers how many layers of the engine there are of each precision; {@code copies} are those
 *     that only move or convert
 * @param regions the fused ones, largest first
 * @param tactics SHA-256 of its kernels in a fixed order: equal for engines that compute alike
 */
public record EngineKernels(
    String engine, SortedMap<String, Integer> layers, List<FusedRegion> regions, String tactics) {
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  /**
   * @throws DoptException (BAD_INPUT) for a count below 1 or a malformed hash
   */
  public EngineKernels {
    layers = Collections.unmodifiableSortedMap(new TreeMap<>(layers));
    regions = List.copyOf(regions);
    if (layers.values().stream().anyMatch(count -> count < 1)
        || engine.isBlank()
        || !SHA256.matcher(tactics).matches()) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          "A precision report contradicts itself: what it says of the engine '"
              + engine
              + "' is no count of layers or no SHA-256.");
    }
  }
}
