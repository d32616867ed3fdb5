package io.dopt.passes;

import io.dopt.ir.Graph;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.IrException;
import io.dopt.ir.Node;
import io.dopt.ir.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A pass that replaces patterns, each recognised at its last node. Nodes are visited once, in
 * order, and each sees what became of those before it, so chains collapse in one visit and the time
 * is linear. What to match, whether it is legal and what to put there are three methods.
 *
 * @param <M> what a match found: the nodes and operands the other two methods need
 */
public abstract class Rewrite<M> extends Pass {
  /** See {@link Pass#Pass}. */
  protected Rewrite(Set<Stage> required, Set<Stage> established) {
    super(required, established);
  }

  /** Looks for the pattern whose last node is {@code node}. */
  protected abstract Optional<M> match(Node node, GraphView view);

  /** Why the pattern must be left alone although it was found; empty when it may be replaced. */
  protected abstract Optional<String> obstacle(M match, GraphView view);

  /**
   * Writes the replacement.
   *
   * @return what stands for the outputs of the pattern's last node, of the same types, in order
   */
  protected abstract List<Value> replace(M match, GraphBuilder builder);

  @Override
  protected final Outcome transform(Graph graph, PassContext context) {
    GraphBuilder builder = GraphBuilder.rewriting(graph);
    graph.weights().values().forEach(builder::copy);
    GraphView view = new GraphView(graph, builder, context.options());
    Map<String, Value> replacements = new HashMap<>();
    boolean changed = false;
    for (Node original : graph.nodes()) {
      Node node = original.withInputs(replaced(original.inputs(), replacements));
      Optional<M> match = match(node, view);
      Optional<String> obstacle = match.flatMap(found -> obstacle(found, view));
      obstacle.ifPresent(reason -> context.refuse(node, reason));
      if (match.isEmpty() || obstacle.isPresent()) {
        builder.copy(node);
        continue;
      }
      List<Value> results = write(match.get(), node, builder);
      for (int i = 0; i < results.size(); i++) {
        replacements.put(node.outputs().get(i).name(), results.get(i));
        view.replaced(node.outputs().get(i), results.get(i));
      }
      context.fired(node.name());
      changed = true;
    }
    if (!changed) {
      return new Outcome(graph, false);
    }
    graph.outputs().forEach((name, value) -> builder.output(name, replaced(value, replacements)));
    return new Outcome(LiveGraph.of(builder.build()), true);
  }

  private List<Value> write(M match, Node node, GraphBuilder builder) {
    List<Value> results;
    if (node.scope().isEmpty()) {
      results = replace(match, builder);
    } else {
      try (GraphBuilder.Scope scope = builder.scope(node.scope())) {
        results = replace(match, builder);
      }
    }
    List<?> types = results.stream().map(Value::type).toList();
    List<?> wanted = node.outputs().stream().map(Value::type).toList();
    if (!types.equals(wanted)) {
      throw new IrException(node.name() + " gives " + wanted + " but is replaced by " + types);
    }
    return results;
  }

  private static List<Value> replaced(List<Value> values, Map<String, Value> replacements) {
    return values.stream().map(value -> replaced(value, replacements)).toList();
  }

  private static Value replaced(Value value, Map<String, Value> replacements) {
    return replacements.getOrDefault(value.name(), value);
  }
}
