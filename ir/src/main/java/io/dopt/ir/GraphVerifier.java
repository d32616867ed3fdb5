package io.dopt.ir;

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
    try {
      verifyParts(graph);
    } catch (IrException e) {
      throw new IrException(graph.name() + ": " + e.getMessage(), e);
    }
  }

  private static void verifyParts(Graph graph) {
    Definitions definitions = new Definitions(graph.symbols());
    graph.inputs().forEach(definitions::define);
    graph
        .weights()
        .forEach(
            (name, weight) -> {
              if (!name.equals(weight.value().name())) {
                throw new IrException("weight " + weight.value().name() + " is filed as " + name);
              }
              definitions.define(weight.value());
            });
    graph.nodes().forEach(definitions::define);
    if (graph.outputs().isEmpty()) {
      throw new IrException("there is no output");
    }
    graph.outputs().forEach((name, value) -> definitions.requireDefined(value, "output " + name));
  }
}
