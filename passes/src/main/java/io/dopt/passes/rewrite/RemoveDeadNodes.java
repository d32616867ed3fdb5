package io.dopt.passes.rewrite;

import io.dopt.ir.Graph;
import io.dopt.ir.Node;
import io.dopt.ir.Value;
import io.dopt.passes.LiveGraph;
import io.dopt.passes.Pass;
import io.dopt.passes.PassContext;
import io.dopt.passes.Stage;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Drops nodes and weights that lead to no output.
 *
 * <pre>{@code
 * %a = Silu(%x)                        %a = Silu(%x)
 * %b = Mul(%x, %weight)         ->     output y = %a
 * output y = %a
 * }</pre>
 *
 * A node stays whole when one of its outputs is read. Inputs of the graph stay, read or not: they
 * are its signature.
 */
public final class RemoveDeadNodes extends Pass {
  public RemoveDeadNodes() {
    super(Set.of(), Set.of(Stage.DEAD_REMOVED));
  }

  @Override
  protected Outcome transform(Graph graph, PassContext context) {
    Graph live = LiveGraph.of(graph);
    if (live == graph) {
      return new Outcome(graph, false);
    }
    Set<String> kept = live.nodes().stream().map(Node::name).collect(Collectors.toSet());
    for (Node node : graph.nodes()) {
      if (!kept.contains(node.name())) {
        context.fired(node.name());
      }
    }
    for (String weight : graph.weights().keySet()) {
      if (!live.weights().containsKey(weight)) {
        context.fired(weight);
      }
    }
    return new Outcome(live, true);
  }

  @Override
  protected Optional<String> postcondition(Graph graph) {
    Set<String> read =
        graph.nodes().stream()
            .flatMap(node -> node.inputs().stream())
            .map(Value::name)
            .collect(Collectors.toSet());
    graph.outputs().values().forEach(value -> read.add(value.name()));
    return graph.nodes().stream()
        .filter(node -> node.outputs().stream().map(Value::name).noneMatch(read::contains))
        .findFirst()
        .map(node -> node.name() + ", which nothing reads");
  }
}
