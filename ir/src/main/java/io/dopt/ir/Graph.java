package io.dopt.ir;

import io.dopt.tensor.SymbolRange;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * An immutable SSA graph, the program of one component.
 *
 * @param name the component: {@code unet}
 * @param symbols ranges of the symbols that shapes use
 * @param inputs what the caller gives
 * @param weights constants, by value name in order of first use
 * @param nodes in topological order
 * @param outputs name the caller sees, to the value; in order
 */
public record Graph(
    String name,
    SortedMap<String, SymbolRange> symbols,
    List<Value> inputs,
    Map<String, Weight> weights,
    List<Node> nodes,
    Map<String, Value> outputs) {

  public Graph {
    Names.require("graph", name);
    outputs.keySet().forEach(output -> Names.require("output", output));
    symbols = Collections.unmodifiableSortedMap(new TreeMap<>(symbols));
    inputs = List.copyOf(inputs);
    weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
    nodes = List.copyOf(nodes);
    outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
  }

  /** The same signature and weights with other nodes and outputs. */
  public Graph with(
      Map<String, Weight> otherWeights, List<Node> otherNodes, Map<String, Value> otherOutputs) {
    return new Graph(name, symbols, inputs, otherWeights, otherNodes, otherOutputs);
  }

  /** The weight that defines {@code value}, if one does. */
  public Optional<Weight> weightOf(Value value) {
    return Optional.ofNullable(weights.get(value.name()));
  }

  /** Number of elements of all weights of floating-point type. */
  public long parameterCount() {
    return weights.values().stream()
        .filter(weight -> weight.data().elementType().isFloatingPoint())
        .mapToLong(weight -> weight.data().elementCount())
        .sum();
  }

  /**
   * The graph of one shape bucket: symbols replaced by numbers in every type and attribute.
   *
   * @throws IrException when a value is outside its symbol's range
   */
  public Graph bind(Map<String, Long> bindings) {
    return new GraphBinder(bindings).bind(this);
  }
}
