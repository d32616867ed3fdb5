package io.dopt.compiler.lowering;

import io.dopt.ir.Graph;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Node;
import io.dopt.ir.Value;
import io.dopt.ir.operator.DiffusionOperator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Replaces the diffusion operators that no rule takes by their decompositions. */
final class Decomposition {
  private final Lowerings lowerings;
  private final List<LoweringChoice> choices;

  /** Reports what it replaces to {@code choices}. */
  Decomposition(Lowerings lowerings, List<LoweringChoice> choices) {
    this.lowerings = lowerings;
    this.choices = choices;
  }

  /** Repeats until nothing is left to replace, for decompositions may use diffusion operators. */
  Graph decompose(Graph graph) {
    Graph current = graph;
    while (true) {
      LoweringContext context = new LoweringContext(current);
      Map<String, List<String>> refused = new HashMap<>();
      for (Node node : current.nodes()) {
        if (node.operator() instanceof DiffusionOperator) {
          Lowerings.Selection selection = lowerings.select(node, context);
          if (selection.rule().isEmpty()) {
            refused.put(node.name(), selection.refusals());
          }
        }
      }
      if (refused.isEmpty()) {
        return current;
      }
      current = replace(current, refused);
    }
  }

  private Graph replace(Graph graph, Map<String, List<String>> refused) {
    GraphBuilder builder = GraphBuilder.rewriting(graph);
    graph.weights().values().forEach(builder::copy);
    Map<String, Value> replaced = new HashMap<>();
    for (Node node : graph.nodes()) {
      List<Value> inputs = new ArrayList<>();
      node.inputs().forEach(value -> inputs.add(replaced.getOrDefault(value.name(), value)));
      if (refused.containsKey(node.name())) {
        List<Value> outputs = decompose(builder, node, inputs);
        for (int i = 0; i < outputs.size(); i++) {
          replaced.put(node.outputs().get(i).name(), outputs.get(i));
        }
        choices.add(
            new LoweringChoice(
                node.name(),
                node.operator().operatorName(),
                LoweringChoice.DECOMPOSED,
                refused.get(node.name())));
      } else {
        builder.copy(node.withInputs(inputs));
      }
    }
    graph
        .outputs()
        .forEach((name, value) -> builder.output(name, replaced.getOrDefault(value.name(), value)));
    return builder.build();
  }

  private static List<Value> decompose(GraphBuilder builder, Node node, List<Value> inputs) {
    try (GraphBuilder.Scope scope = builder.scope(node.name().replace('/', '.'))) {
      return ((DiffusionOperator) node.operator()).decompose(builder, inputs);
    }
  }
}
