package io.dopt.compiler.lowering;

import io.dopt.ir.Graph;
import io.dopt.ir.Node;
import io.dopt.ir.Value;
import io.dopt.ir.Weight;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.LazyTensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a rule may know beside its node: who reads a value, and what is a weight. */
public final class LoweringContext {
  private final Graph graph;
  private final Map<String, List<Node>> readers = new HashMap<>();
  private final Map<String, Node> producers = new HashMap<>();
  private final Set<String> absorbed = new HashSet<>();

  LoweringContext(Graph graph) {
    this.graph = graph;
    for (Node node : graph.nodes()) {
      for (Value input : node.inputs()) {
        readers.computeIfAbsent(input.name(), name -> new ArrayList<>()).add(node);
      }
      node.outputs().forEach(output -> producers.put(output.name(), node));
    }
  }

  /** The nodes that read {@code value}, in order. */
  List<Node> readers(Value value) {
    return readers.getOrDefault(value.name(), List.of());
  }

  /** The only node that reads {@code value}, if it is one and {@code value} is no output. */
  Optional<Node> soleReader(Value value) {
    List<Node> all = readers(value);
    boolean sole = all.size() == 1 && !isOutput(value);
    return sole ? Optional.of(all.get(0)) : Optional.empty();
  }

  /** Whether the caller of the graph gets {@code value}. */
  boolean isOutput(Value value) {
    return graph.outputs().containsValue(value);
  }

  /** The node that computes {@code value}; empty for inputs and weights. */
  Optional<Node> producer(Value value) {
    return Optional.ofNullable(producers.get(value.name()));
  }

  /** The content of a weight. */
  Optional<LazyTensor> content(Value value) {
    return graph.weightOf(value).map(Weight::data);
  }

  boolean isWeight(Value value) {
    return graph.weightOf(value).isPresent();
  }

  /** The refusal of rules whose kernels compute in float32 only. */
  static Optional<String> unlessFloat32(Node node) {
    ElementType elementType = node.inputs().get(0).type().elementType();
    return elementType == ElementType.FLOAT32
        ? Optional.empty()
        : Optional.of("ONNX Runtime has no CPU kernel for " + elementType.text());
  }

  /** Says that the rule writes {@code node} too: it will not be written again. */
  void absorb(Node node) {
    absorbed.add(node.name());
  }

  boolean isAbsorbed(Node node) {
    return absorbed.contains(node.name());
  }
}
