package io.dopt.passes;

import io.dopt.ir.Graph;
import io.dopt.ir.Node;
import io.dopt.ir.Value;
import io.dopt.ir.Weight;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The part of a graph that leads to its outputs. */
public final class LiveGraph {
  private LiveGraph() {}

  /**
   * {@code graph} without the nodes and weights that lead to no output; the same if there are none.
   */
  public static Graph of(Graph graph) {
    Set<String> read = new HashSet<>();
    graph.outputs().values().forEach(value -> read.add(value.name()));
    List<Node> live = new ArrayList<>();
    for (int i = graph.nodes().size() - 1; i >= 0; i--) {
      Node node = graph.nodes().get(i);
      if (node.outputs().stream().map(Value::name).anyMatch(read::contains)) {
        live.add(node);
        node.inputs().forEach(value -> read.add(value.name()));
      }
    }
    Collections.reverse(live);
    Map<String, Weight> weights = new LinkedHashMap<>();
    live.forEach(node -> node.inputs().forEach(value -> keep(value, graph, weights)));
    graph.outputs().values().forEach(value -> keep(value, graph, weights));
    boolean same = live.size() == graph.nodes().size() && weights.size() == graph.weights().size();
    return same ? graph : graph.with(weights, live, graph.outputs());
  }

  private static void keep(Value value, Graph graph, Map<String, Weight> weights) {
    graph.weightOf(value).ifPresent(weight -> weights.putIfAbsent(value.name(), weight));
  }
}
