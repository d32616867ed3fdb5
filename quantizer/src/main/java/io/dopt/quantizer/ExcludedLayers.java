package io.dopt.quantizer;

import io.dopt.ir.Graph;
import io.dopt.ir.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Which layers a recipe leaves in float32, and why. */
public final class ExcludedLayers {
  private ExcludedLayers() {}

  /**
   * The layers by reason.
   *
   * @param shape values of the graph's symbols at which attentions are judged to be large
   * @return layer names by half a sentence, both sorted
   */
  public static SortedMap<String, List<String>> of(
      Graph graph, QuantizationRecipe recipe, Map<String, Long> shape) {
    SortedMap<String, List<String>> excluded = new TreeMap<>();
    SortedMap<String, Precision> planned = PrecisionPlan.of(graph, recipe, shape).layers();
    planned.forEach(
        (layer, precision) -> {
          if (precision == Precision.FLOAT32) {
            excluded
                .computeIfAbsent(reason(graph, recipe, layer), reason -> new ArrayList<>())
                .add(layer);
          }
        });
    return excluded;
  }

  private static String reason(Graph graph, QuantizationRecipe recipe, String layer) {
    return recipe.exclusions().stream()
        .filter(exclusion -> exclusion.fits(layer))
        .map(Exclusion::reason)
        .findFirst()
        .or(() -> refusal(graph, recipe, layer))
        .orElseGet(
            () ->
                PrecisionPlan.attentionsOf(graph).stream().map(Node::name).anyMatch(layer::equals)
                    ? "attention, of which --attention says which are quantized"
                    : "no small type fits its weight");
  }

  private static Optional<String> refusal(Graph graph, QuantizationRecipe recipe, String layer) {
    return Stream.concat(
            PrecisionPlan.attentionsOf(graph).stream(),
            PrecisionPlan.layersOf(graph).stream()
                .filter(node -> graph.weightOf(node.inputs().get(1)).isPresent()))
        .filter(node -> node.name().equals(layer))
        .findFirst()
        .flatMap(node -> recipe.refusal(graph, node))
        .map(reason -> recipe.scheme().text() + " has no kernel for " + reason);
  }
}
