package io.dopt.ir;

import io.dopt.tensor.Dimension;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a valid graph is: names are defined once and before use, every reference has the type of its
 * definition, every node's outputs have the types its operator infers, every symbol is declared,
 * and every dimension is an integer for all legal symbol values.
 */
public final class GraphVerifier {
  /**
   * Checks a graph.
   *
   * @throws IrException naming graph, node and the rule that is broken
   */
  public void verify(Graph graph) {
    Map<String, Value> defined = new HashMap<>();
    graph.inputs().forEach(value -> define(graph, defined, value));
    graph
        .weights()
        .forEach(
            (name, weight) -> {
              require(
                  graph,
                  name.equals(weight.value().name()),
                  "weight " + weight.value().name() + " is filed as " + name);
              define(graph, defined, weight.value());
            });
    Set<String> nodeNames = new HashSet<>();
    for (Node node : graph.nodes()) {
      require(graph, nodeNames.add(node.name()), "two nodes are named " + node.name());
      node.inputs().forEach(value -> requireDefined(graph, defined, value, node.name()));
      requireInferred(graph, node);
      node.outputs().forEach(value -> define(graph, defined, value));
    }
    require(graph, !graph.outputs().isEmpty(), "there is no output");
    graph
        .outputs()
        .forEach((name, value) -> requireDefined(graph, defined, value, "output " + name));
  }

  private static void requireInferred(Graph graph, Node node) {
    List<TensorType> declared = node.outputs().stream().map(Value::type).toList();
    List<TensorType> inferred;
    try {
      inferred = node.operator().infer(node.inputs().stream().map(Value::type).toList());
    } catch (IrException e) {
      throw new IrException(graph.name() + ": " + node.name() + ": " + e.getMessage(), e);
    }
    require(
        graph,
        inferred.equals(declared),
        node.name() + " is declared to give " + declared + " but gives " + inferred);
  }

  private static void define(Graph graph, Map<String, Value> defined, Value value) {
    require(
        graph,
        defined.put(value.name(), value) == null,
        "value " + value.name() + " is defined twice");
    for (Dimension dimension : value.type().shape().dimensions()) {
      for (String symbol : dimension.symbols()) {
        require(
            graph,
            graph.symbols().containsKey(symbol),
            "value " + value.name() + " uses the undeclared symbol " + symbol);
      }
      require(
          graph,
          dimension.isIntegral(graph.symbols()),
          "dimension "
              + dimension
              + " of "
              + value.name()
              + " is not an integer for every legal symbol value");
      require(
          graph,
          !dimension.isConstant() || dimension.constant() >= 0,
          "dimension " + dimension + " of " + value.name() + " is negative");
    }
  }

  private static void requireDefined(
      Graph graph, Map<String, Value> defined, Value value, String reader) {
    Value definition = defined.get(value.name());
    require(
        graph,
        definition != null,
        reader + " reads " + value.name() + ", which is not defined before it");
    require(
        graph,
        value.equals(definition),
        reader
            + " reads "
            + value.name()
            + " as "
            + value.type()
            + " but it is "
            + definition.type());
  }

  private static void require(Graph graph, boolean condition, String problem) {
    if (!condition) {
      throw new IrException(graph.name() + ": " + problem);
    }
  }
}
