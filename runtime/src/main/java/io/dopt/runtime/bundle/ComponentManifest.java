package io.dopt.runtime.bundle;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.SymbolRange;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One compiled component: its signature, its engines and the configuration it came from.
 *
 * @param inputs the tensors a call takes, in the order of the graph
 * @param outputs the tensors a call returns
 * @param symbols the values each symbolic dimension may take; each symbol is, alone, a dimension of
 *     some input, so that the inputs of a call determine it
 * @param engines one per shape bucket, and at most one dynamic one per runtime (no bindings)
 * @param weights the external data its engines share, when there is any
 * @param precision what the weights are computed in, e.g. {@code f32}
 * @param parameters number of weights of the original component
 * @param config the component's {@code config.json}, verbatim
 */
public record ComponentManifest(
    List<TensorSignature> inputs,
    List<TensorSignature> outputs,
    SortedMap<String, SymbolRange> symbols,
    List<EngineFile> engines,
    Optional<String> weights,
    String precision,
    long parameters,
    ObjectNode config) {

  /**
   * @throws DoptException (BAD_INPUT) for duplicate names, a symbol that is not declared or that no
   *     input determines, or bindings that do not match the symbols
   */
  public ComponentManifest {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    symbols = Collections.unmodifiableSortedMap(new TreeMap<>(symbols));
    engines = List.copyOf(engines);
    requireDistinctNames(inputs, "inputs");
    requireDistinctNames(outputs, "outputs");
    requireDetermined(inputs, outputs, symbols.keySet());
    for (EngineFile engine : engines) {
      checkBindings(engine, symbols);
    }
  }

  private static void requireDistinctNames(List<TensorSignature> tensors, String key) {
    Set<String> names = new HashSet<>();
    for (TensorSignature tensor : tensors) {
      if (!names.add(tensor.name())) {
        throw bad(key + ": two tensors are named '" + tensor.name() + "'.");
      }
    }
  }

  private static void requireDetermined(
      List<TensorSignature> inputs, List<TensorSignature> outputs, Set<String> symbols) {
    Set<String> determined = new HashSet<>();
    for (TensorSignature input : inputs) {
      for (Dimension dimension : input.shape().dimensions()) {
        soleSymbol(dimension).ifPresent(determined::add);
      }
    }
    for (String symbol : symbols) {
      if (!determined.contains(symbol)) {
        throw bad("symbols: no input has '" + symbol + "' alone as a dimension.");
      }
    }
    for (List<TensorSignature> tensors : List.of(inputs, outputs)) {
      for (TensorSignature tensor : tensors) {
        for (Dimension dimension : tensor.shape().dimensions()) {
          for (String symbol : dimension.symbols()) {
            if (!symbols.contains(symbol)) {
              throw bad(
                  "the shape of '" + tensor.name() + "' uses the undeclared '" + symbol + "'.");
            }
          }
        }
      }
    }
  }

  private static void checkBindings(EngineFile engine, Map<String, SymbolRange> symbols) {
    if (!engine.isDynamic() && !engine.bindings().keySet().equals(symbols.keySet())) {
      throw bad(
          "the bindings of '"
              + engine.file()
              + "' are of "
              + engine.bindings().keySet()
              + ", the symbols are "
              + symbols.keySet()
              + ".");
    }
    engine
        .bindings()
        .forEach(
            (symbol, value) -> {
              if (!symbols.get(symbol).contains(value)) {
                throw bad(
                    String.format(
                        "'%s' binds %s to %d, which %s excludes.",
                        engine.file(), symbol, value, symbols.get(symbol)));
              }
            });
  }

  private static Optional<String> soleSymbol(Dimension dimension) {
    return dimension.symbols().stream()
        .filter(symbol -> dimension.equals(Dimension.symbol(symbol)))
        .findAny();
  }

  /**
   * The values of the symbols in a call with inputs of the given shapes.
   *
   * @param shapes by input name; inputs that are not given or have another rank bind nothing
   */
  public SortedMap<String, Long> bindingsOf(Map<String, List<Long>> shapes) {
    SortedMap<String, Long> bindings = new TreeMap<>();
    for (TensorSignature input : inputs) {
      List<Long> shape = shapes.getOrDefault(input.name(), List.of());
      for (int axis = 0; axis < shape.size() && shape.size() == input.shape().rank(); axis++) {
        long size = shape.get(axis);
        soleSymbol(input.shape().get(axis)).ifPresent(s -> bindings.putIfAbsent(s, size));
      }
    }
    return bindings;
  }

  private static DoptException bad(String message) {
    return new DoptException(ErrorCode.BAD_INPUT, message);
  }
}
