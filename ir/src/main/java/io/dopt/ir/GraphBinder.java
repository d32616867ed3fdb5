package io.dopt.ir;

import io.dopt.tensor.SymbolRange;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Replaces symbols by numbers throughout a graph. */
final class GraphBinder {
  private final Map<String, Long> bindings;

  GraphBinder(Map<String, Long> bindings) {
    this.bindings = bindings;
  }

  Graph bind(Graph graph) {
    SortedMap<String, SymbolRange> symbols = new TreeMap<>(graph.symbols());
    bindings.forEach(
        (symbol, value) -> {
          SymbolRange range = symbols.remove(symbol);
          if (range != null && !range.contains(value)) {
            throw new IrException(
                symbol + "=" + value + " is not within " + range + " of " + graph.name());
          }
        });
    Map<String, Value> outputs = new LinkedHashMap<>();
    graph.outputs().forEach((name, value) -> outputs.put(name, bind(value)));
    return new Graph(
        graph.name(),
        symbols,
        bind(graph.inputs()),
        graph.weights(),
        graph.nodes().stream()
            .map(
                n ->
                    new Node(
                        n.name(), n.operator().bind(bindings), bind(n.inputs()), bind(n.outputs())))
            .collect(Collectors.toList()),
        outputs);
  }

  private List<Value> bind(List<Value> values) {
    return values.stream().map(this::bind).collect(Collectors.toList());
  }

  private Value bind(Value value) {
    return new Value(value.name(), value.type().bind(bindings));
  }
}
