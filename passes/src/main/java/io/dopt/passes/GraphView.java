package io.dopt.passes;

import io.dopt.ir.Graph;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Node;
import io.dopt.ir.Value;
import io.dopt.ir.Weight;
import io.dopt.tensor.DenseTensor;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a rewrite may know of the graph around a node: the part before it, already rewritten, and
 * how often values are read.
 */
public final class GraphView {
  private final GraphBuilder builder;
  private final PassOptions options;
  private final Map<String, Integer> readers = new HashMap<>();

  GraphView(Graph graph, GraphBuilder builder, PassOptions options) {
    this.builder = builder;
    this.options = options;
    for (Node node : graph.nodes()) {
      node.inputs().forEach(value -> readers.merge(value.name(), 1, Integer::sum));
    }
    graph.outputs().values().forEach(value -> readers.merge(value.name(), 1, Integer::sum));
  }

  /** What passes were told. */
  public PassOptions options() {
    return options;
  }

  /** The node that gives {@code value}; empty for inputs and weights. */
  public Optional<Node> producerOf(Value value) {
    return builder.producerOf(value);
  }

  /** The weight that defines {@code value}, if one does. */
  public Optional<Weight> weightOf(Value value) {
    return builder.weightOf(value);
  }

  /** The content of {@code value} if it is a constant that is held in memory. */
  public Optional<DenseTensor> constantOf(Value value) {
    return weightOf(value)
        .map(Weight::data)
        .filter(DenseTensor.class::isInstance)
        .map(DenseTensor.class::cast);
  }

  /**
   * How often {@code value} is read, as an output of the graph or by nodes; nodes that a rewrite
   * has just made superfluous may still be counted, so this is never too low.
   */
  public int readersOf(Value value) {
    return readers.getOrDefault(value.name(), 0);
  }

  void replaced(Value old, Value by) {
    if (!old.name().equals(by.name())) {
      readers.merge(by.name(), readersOf(old), Integer::sum);
    }
  }
}
