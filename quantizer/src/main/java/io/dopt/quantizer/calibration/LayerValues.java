package io.dopt.quantizer.calibration;

import io.dopt.ir.Graph;
import io.dopt.ir.Node;
import io.dopt.ir.Value;
import io.dopt.ir.operator.Attention;
import io.dopt.ir.operator.Binary;
import io.dopt.quantizer.PrecisionPlan;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The values that quantization asks about: what each layer reads and gives, before and after its
 * bias, and what attention reads.
 */
public final class LayerValues {
  private LayerValues() {}

  /** Their names in {@code graph}. */
  public static SortedSet<String> of(Graph graph) {
    Map<String, List<Node>> readers = new HashMap<>();
    for (Node node : graph.nodes()) {
      node.inputs()
          .forEach(
              value -> readers.computeIfAbsent(value.name(), n -> new ArrayList<>()).add(node));
    }
    SortedSet<String> names = new TreeSet<>();
    for (Node layer : PrecisionPlan.layersOf(graph)) {
      addActivations(graph, layer.inputs(), names);
      addActivations(graph, layer.outputs(), names);
      List<Node> next = readers.getOrDefault(layer.output().name(), List.of());
      if (next.size() == 1
          && !graph.outputs().containsValue(layer.output())
          && addsWeight(graph, next.get(0))) {
        addActivations(graph, next.get(0).outputs(), names);
      }
    }
    for (Node node : graph.nodes()) {
      if (node.operator() instanceof Attention) {
        addActivations(graph, node.inputs(), names);
      }
    }
    return Collections.unmodifiableSortedSet(names);
  }

  private static boolean addsWeight(Graph graph, Node node) {
    return node.operator() instanceof Binary binary
        && binary.function() == Binary.Function.ADD
        && node.inputs().stream().anyMatch(value -> graph.weightOf(value).isPresent());
  }

  private static void addActivations(Graph graph, List<Value> values, SortedSet<String> names) {
    for (Value value : values) {
      if (graph.weightOf(value).isEmpty() && value.type().shape().rank() > 0) {
        names.add(value.name());
      }
    }
  }
}
