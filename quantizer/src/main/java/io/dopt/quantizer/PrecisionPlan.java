package io.dopt.quantizer;

import io.dopt.ir.Graph;
import io.dopt.ir.Node;
import io.dopt.ir.Value;
import io.dopt.ir.operator.Conv;
import io.dopt.ir.operator.MatMul;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A precision for every layer of a graph. Layers are the nodes that multiply with a weight (Conv,
 * MatMul), called by their node names, which lead back to the module: {@code
 * down_blocks.0.resnets.1.conv1/Conv}.
 *
 * @param layers precision by layer
 */
public record PrecisionPlan(SortedMap<String, Precision> layers) {
  public PrecisionPlan {
    layers = Collections.unmodifiableSortedMap(new TreeMap<>(layers));
  }

  /** Every layer of {@code graph} in one precision. */
  public static PrecisionPlan uniform(Graph graph, Precision precision) {
    SortedMap<String, Precision> layers = new TreeMap<>();
    layersOf(graph).forEach(node -> layers.put(node.name(), precision));
    return new PrecisionPlan(layers);
  }

  /**
   * What the layers of {@code graph} compute in, as its types say; layers of other types are left
   * out.
   */
  public static PrecisionPlan of(Graph graph) {
    SortedMap<String, Precision> layers = new TreeMap<>();
    for (Node node : layersOf(graph)) {
      Precision.of(node.inputs().get(0).type().elementType())
          .ifPresent(precision -> layers.put(node.name(), precision));
    }
    return new PrecisionPlan(layers);
  }

  /** The nodes a plan is about, in the graph's order. */
  public static List<Node> layersOf(Graph graph) {
    List<Node> layers = new ArrayList<>();
    for (Node node : graph.nodes()) {
      boolean multiplies = node.operator() instanceof Conv || node.operator() instanceof MatMul;
      if (multiplies && node.inputs().stream().anyMatch(value -> isWeight(graph, value))) {
        layers.add(node);
      }
    }
    return layers;
  }

  private static boolean isWeight(Graph graph, Value value) {
    return graph.weightOf(value).isPresent();
  }

  /**
   * Where {@code graph} does not compute as planned: layers it lacks, layers the plan lacks, layers
   * of another precision; one clause each, by name. Empty when the plan holds.
   */
  public List<String> differences(Graph graph) {
    SortedMap<String, Precision> found = of(graph).layers();
    List<String> differences = new ArrayList<>();
    layers.forEach(
        (layer, planned) -> {
          Precision actual = found.get(layer);
          if (actual == null) {
            differences.add(layer + " is planned as " + planned.text() + " but is no such layer");
          } else if (actual != planned) {
            differences.add(layer + " is " + actual.text() + ", planned as " + planned.text());
          }
        });
    for (Node node : layersOf(graph)) {
      if (!layers.containsKey(node.name())) {
        differences.add(node.name() + " is not in the plan");
      }
    }
    return differences;
  }

  /** How many layers have which precision: {@code 282 f32}, most precise first. */
  public String summary() {
    Map<Precision, Integer> counts = new EnumMap<>(Precision.class);
    layers.values().forEach(precision -> counts.merge(precision, 1, Integer::sum));
    return counts.entrySet().stream()
        .map(entry -> entry.getValue() + " " + entry.getKey().text())
        .collect(Collectors.joining(", "));
  }
}
