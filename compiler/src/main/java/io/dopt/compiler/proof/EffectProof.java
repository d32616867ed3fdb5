package io.dopt.compiler.proof;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an engine was found to do with the layers of a plan.
 *
 * @param layers by name
 * @param milliseconds of one call of the whole component under the profile
 */
public record EffectProof(List<ProvenLayer> layers, double milliseconds) {
  public EffectProof {
    layers = layers.stream().sorted(Comparator.comparing(ProvenLayer::name)).toList();
  }

  /** Layers that are computed otherwise than planned, by name. */
  public List<ProvenLayer> fallbacks() {
    return layers.stream().filter(layer -> !layer.asPlanned()).toList();
  }

  /** Layers of one planned precision. */
  public List<Total> totals() {
    Map<String, Total> totals = new TreeMap<>();
    for (ProvenLayer layer : layers) {
      totals.merge(
          layer.planned(),
          new Total(layer.planned(), 1, layer.asPlanned() ? 1 : 0, layer.shareOfTime()),
          Total::plus);
    }
    return List.copyOf(totals.values());
  }

  /** The layers that take longest, longest first. */
  public List<ProvenLayer> slowest(int count) {
    return layers.stream()
        .sorted(Comparator.comparingDouble(ProvenLayer::milliseconds).reversed())
        .limit(count)
        .toList();
  }

  /**
   * The layers of one precision together.
   *
   * @param precision of the plan
   * @param planned how many
   * @param found how many of them were found as planned
   * @param shareOfTime of the component's, 0 to 1
   */
  public record Total(String precision, int planned, int found, double shareOfTime) {
    private Total plus(Total other) {
      return new Total(
          precision, planned + other.planned, found + other.found, shareOfTime + other.shareOfTime);
    }
  }
}
