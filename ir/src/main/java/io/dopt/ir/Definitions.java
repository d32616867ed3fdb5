package io.dopt.ir;

import io.dopt.tensor.Dimension;
import io.dopt.tensor.SymbolRange;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** The names defined so far while walking a graph, and the rules each new definition must obey. */
final class Definitions {
  private final Map<String, SymbolRange> symbols;
  private final Map<String, Value> values = new HashMap<>();
  private final Set<String> nodeNames = new HashSet<>();

  Definitions(Map<String, SymbolRange> symbols) {
    this.symbols = symbols;
  }

  /** The value called {@code name}, if it is defined. */
  Optional<Value> find(String name) {
    return Optional.ofNullable(values.get(name));
  }

  /** Adds an input, weight or node output. */
  void define(Value value) {
    for (Dimension dimension : value.type().shape().dimensions()) {
      if (dimension.isConstant()) {
        continue;
      }
      for (String symbol : dimension.symbols()) {
        require(
            symbols.containsKey(symbol),
            () -> "value " + value.name() + " uses the undeclared symbol " + symbol);
      }
    }
    for (Dimension dimension : value.type().shape().dimensions()) {
      require(
          dimension.isIntegral(symbols),
          () ->
              "dimension "
                  + dimension
                  + " of "
                  + value.name()
                  + " is not an integer for every legal symbol value");
      require(
          !dimension.isConstant() || dimension.constant() >= 0,
          () -> "dimension " + dimension + " of " + value.name() + " is negative");
    }
    require(
        values.put(value.name(), value) == null,
        () -> "value " + value.name() + " is defined twice");
  }

  /** Checks a node's name, what it reads and what it gives, and defines its outputs. */
  void define(Node node) {
    require(nodeNames.add(node.name()), () -> "two nodes are named " + node.name());
    node.inputs().forEach(value -> requireDefined(value, node.name()));
    List<TensorType> declared = node.outputs().stream().map(Value::type).toList();
    List<TensorType> inferred;
    try {
      inferred =
          node.operator().infer(node.inputs().stream().map(Value::type).toList()).stream()
              .map(type -> type.simplify(symbols))
              .toList();
    } catch (IrException e) {
      throw new IrException(node.name() + ": " + e.getMessage(), e);
    }
    require(
        inferred.equals(declared),
        () -> node.name() + " is declared to give " + declared + " but gives " + inferred);
    node.outputs().forEach(this::define);
  }

  /** Checks a reference to a value. */
  void requireDefined(Value value, String reader) {
    Value definition = values.get(value.name());
    require(
        definition != null,
        () -> reader + " reads " + value.name() + ", which is not defined before it");
    require(
        value.equals(definition),
        () ->
            String.format(
                "%s reads %s as %s but it is %s",
                reader, value.name(), value.type(), definition.type()));
  }

  private static void require(boolean condition, Supplier<String> problem) {
    if (!condition) {
      throw new IrException(problem.get());
    }
  }
}
