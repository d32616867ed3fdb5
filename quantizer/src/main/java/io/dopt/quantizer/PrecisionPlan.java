package io.dopt.quantizer;

import io.dopt.ir.Graph;
import io.dopt.ir.Node;
import io.dopt.ir.Value;
import io.dopt.ir.operator.Attention;
import io.dopt.ir.operator.Conv;
import io.dopt.ir.operator.MatMul;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A precision for every layer of a graph. Layers are the nodes that multiply with a weight (Conv,
 * MatMul), and attentions; called by their node names, which lead back to the module: {@code
 * down_blocks.0.resnets.1.conv1/Conv}.
 *
 * @param layers precision by layer
 */
public record PrecisionPlan(SortedMap<String, Precision> layers) {
  public PrecisionPlan {
    layers = Collections.unmodifiableSortedMap(new TreeMap<>(layers));
  }

  /** Every layer with a weight in one precision, attentions in float32. */
  public static PrecisionPlan uniform(Graph graph, Precision precision) {
    SortedMap<String, Precision> layers = new TreeMap<>();
    attentionsOf(graph).forEach(node -> layers.put(node.name(), Precision.FLOAT32));
    layersOf(graph).forEach(node -> layers.put(node.name(), precision));
    return new PrecisionPlan(layers);
  }

  /**
   * What a recipe asks for.
   *
   * @param shape values of the graph's symbols at which attentions are judged to be large
   * @throws DoptException (USAGE) when a user's exclusion fits no layer
   */
  public static PrecisionPlan of(Graph graph, QuantizationRecipe recipe, Map<String, Long> shape) {
    SortedMap<String, Precision> layers = new TreeMap<>(uniform(graph, Precision.FLOAT32).layers());
    layersOf(graph).forEach(node -> layers.put(node.name(), precision(graph, node, recipe)));
    attentionsOf(graph).stream()
        .filter(node -> LargeAttention.isChosen(node, recipe, shape))
        .filter(node -> recipe.refusal(graph, node).isEmpty())
        .forEach(node -> layers.put(node.name(), recipe.precision()));
    for (Exclusion exclusion : recipe.exclusions()) {
      List<String> excluded = layers.keySet().stream().filter(exclusion::fits).toList();
      if (excluded.isEmpty() && exclusion.required()) {
        throw new DoptException(
            ErrorCode.USAGE,
            String.format(
                "--exclude '%s' fits none of the %d layers of the %s. Their names are like %s;"
                    + " 'dopt inspect"
                    + " CHECKPOINT --ir %s --after-passes' shows them all.",
                exclusion.pattern().pattern(),
                layers.size(),
                graph.name(),
                layers.keySet().stream().limit(3).collect(Collectors.joining(", ")),
                graph.name()));
      }
      excluded.forEach(layer -> layers.put(layer, Precision.FLOAT32));
    }
    return new PrecisionPlan(layers);
  }

  /**
   * What a layer gets that is not excluded. 4-bit groups lie along the input channels of a linear
   * layer; what has no whole groups is stored in 8 bits, as convolutions are. What the engine has
   * no kernel for stays as it is.
   */
  private static Precision precision(Graph graph, Node layer, QuantizationRecipe recipe) {
    if (graph.weightOf(layer.inputs().get(1)).isEmpty()
        || recipe.refusal(graph, layer).isPresent()) {
      return Precision.FLOAT32;
    }
    Shape weight = layer.inputs().get(1).type().shape();
    boolean multiplication = layer.operator() instanceof MatMul;
    if (multiplication && weight.rank() != 2) {
      return Precision.FLOAT32;
    }
    boolean groups = multiplication && weight.get(0).constant() % recipe.blockSize() == 0;
    return recipe.precision() == Precision.INT4_WEIGHT && !groups
        ? Precision.INT8_WEIGHT
        : recipe.precision();
  }

  /**
   * What the layers of {@code graph} compute in, as its types and its DequantizeLinear nodes say;
   * layers of other types are left out.
   */
  public static PrecisionPlan of(Graph graph) {
    FoundPrecision found = new FoundPrecision(graph);
    SortedMap<String, Precision> layers = new TreeMap<>();
    for (Node node : graph.nodes()) {
      found.of(node).ifPresent(precision -> layers.put(node.name(), precision));
    }
    return new PrecisionPlan(layers);
  }

  /** The nodes with weights that a plan is about, in the graph's order. */
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

  /** The attentions of a graph that can be quantized, in the graph's order. */
  public static List<Node> attentionsOf(Graph graph) {
    return graph.nodes().stream()
        .filter(node -> node.operator() instanceof Attention attention && !attention.causal())
        .toList();
  }

  private static boolean isWeight(Graph graph, Value value) {
    return graph.weightOf(value).isPresent();
  }

  /** The precision of a layer, if the plan is about it. */
  public Optional<Precision> of(Node layer) {
    return Optional.ofNullable(layers.get(layer.name()));
  }

  /**
   * Refuses what the engine has no kernels for: in a plan that was written by hand, or for another
   * target.
   *
   * @throws DoptException (UNSUPPORTED) naming the first layer
   */
  void requireKernels(Graph graph, QuantizationScheme scheme, int blockSize) {
    Stream.concat(layersOf(graph).stream(), attentionsOf(graph).stream())
        .filter(node -> of(node).filter(it -> it.weightFormat().isPresent()).isPresent())
        .forEach(
            node -> {
              Precision precision = of(node).orElseThrow();
              scheme
                  .refusal(precision)
                  .or(
                      () ->
                          scheme
                              .refusal(graph, node, precision, blockSize)
                              .map(reason -> scheme.text() + " has no kernel for " + reason + "."))
                  .ifPresent(
                      reason -> {
                        throw new DoptException(
                            ErrorCode.UNSUPPORTED,
                            String.format(
                                "The plan has %s in %s: %s Change it in the plan, or make one for"
                                    + " this target.",
                                node.name(), precision.text(), reason));
                      });
            });
  }

  /** This plan with another precision for one layer. */
  public PrecisionPlan with(String layer, Precision precision) {
    SortedMap<String, Precision> others = new TreeMap<>(layers);
    others.put(layer, precision);
    return new PrecisionPlan(others);
  }

  /** The layers that are not in plain floating point. */
  public List<String> quantized() {
    return layers.entrySet().stream()
        .filter(entry -> entry.getValue().weightFormat().isPresent())
        .map(Map.Entry::getKey)
        .toList();
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
    for (String layer : found.keySet()) {
      if (!layers.containsKey(layer)) {
        differences.add(layer + " is not in the plan");
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
