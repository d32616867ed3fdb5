package io.dopt.passes.rewrite;

import io.dopt.ir.Graph;
import io.dopt.ir.Node;
import io.dopt.ir.TensorType;
import io.dopt.ir.Value;
import io.dopt.ir.Weight;
import io.dopt.ir.operator.Operator;
import io.dopt.passes.Pass;
import io.dopt.passes.PassContext;
import io.dopt.passes.Stage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Computes once what is computed twice, and stores once what is stored twice.
 *
 * <pre>{@code
 * %a = Silu(%x)                        %a = Silu(%x)
 * %b = Silu(%x)                 ->     %c = Add(%a, %a)
 * %c = Add(%a, %b)
 * }</pre>
 *
 * Nodes are the same when operator, attributes and operands are; weights when their fingerprints
 * and types are. {@code Add(%a, %b)} and {@code Add(%b, %a)} stay two: rounding aside they are
 * equal, but nothing we build writes both.
 */
public final class EliminateCommonSubexpressions extends Pass {
  /** Operands by name: in one graph a name is a value, and a shape takes long to hash. */
  private record Computation(Operator operator, List<String> operands) {}

  private record Content(TensorType type, String fingerprint) {}

  public EliminateCommonSubexpressions() {
    super(Set.of(), Set.of(Stage.DUPLICATES_ELIMINATED));
  }

  @Override
  protected Outcome transform(Graph graph, PassContext context) {
    Map<String, Value> replacements = new HashMap<>();
    Map<Content, Value> contents = new HashMap<>();
    Map<String, Weight> weights = new LinkedHashMap<>();
    for (Weight weight : graph.weights().values()) {
      Value value = weight.value();
      Value first =
          contents.putIfAbsent(new Content(value.type(), weight.data().fingerprint()), value);
      if (first == null) {
        weights.put(value.name(), weight);
      } else {
        replacements.put(value.name(), first);
        context.fired(value.name());
      }
    }
    Map<Computation, Node> computations = new HashMap<>();
    List<Node> nodes = new ArrayList<>();
    for (Node original : graph.nodes()) {
      List<Value> operands =
          original.inputs().stream().map(value -> replaced(value, replacements)).toList();
      Node node = original.withInputs(operands);
      Computation computation =
          new Computation(node.operator(), operands.stream().map(Value::name).toList());
      Node first = computations.putIfAbsent(computation, node);
      if (first == null) {
        nodes.add(node);
        continue;
      }
      for (int i = 0; i < node.outputs().size(); i++) {
        replacements.put(node.outputs().get(i).name(), first.outputs().get(i));
      }
      context.fired(node.name());
    }
    if (replacements.isEmpty()) {
      return new Outcome(graph, false);
    }
    Map<String, Value> outputs = new LinkedHashMap<>();
    graph.outputs().forEach((name, value) -> outputs.put(name, replaced(value, replacements)));
    return new Outcome(graph.with(weights, nodes, outputs), true);
  }

  private static Value replaced(Value value, Map<String, Value> replacements) {
    return replacements.getOrDefault(value.name(), value);
  }
}
