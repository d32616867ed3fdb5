package io.dopt.runtime.build;

import io.dopt.runtime.bundle.ComponentManifest;
import io.dopt.runtime.bundle.EngineFile;
import io.dopt.runtime.bundle.TensorSignature;
import io.dopt.tensor.DoptException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/** Holds an optimization profile against what the manifest says of the engine's inputs. */
final class ProfileCheck {
  private ProfileCheck() {}

  /** What does not fit; empty when all does. */
  static Optional<String> problem(
      ComponentManifest component, EngineFile engine, OptimizationProfile profile) {
    List<String> inputs = component.inputs().stream().map(TensorSignature::name).sorted().toList();
    if (!inputs.equals(List.copyOf(profile.inputs().keySet()))) {
      return Optional.of("it has the inputs " + profile.inputs().keySet() + ", not " + inputs);
    }
    SortedMap<String, Function<ShapeRange, List<Long>>> kinds = new TreeMap<>();
    kinds.put("minimum", ShapeRange::minimum);
    kinds.put("optimum", ShapeRange::optimum);
    kinds.put("maximum", ShapeRange::maximum);
    return kinds.entrySet().stream()
        .flatMap(
            kind -> {
              Map<String, List<Long>> shapes = new TreeMap<>();
              profile
                  .inputs()
                  .forEach((input, range) -> shapes.put(input, kind.getValue().apply(range)));
              return problem(component, engine, shapes)
                  .map(it -> kind.getKey() + ": " + it)
                  .stream();
            })
        .findFirst();
  }

  private static Optional<String> problem(
      ComponentManifest component, EngineFile engine, Map<String, List<Long>> shapes) {
    SortedMap<String, Long> bindings = component.bindingsOf(shapes);
    for (String symbol : component.symbols().keySet()) {
      Long value = bindings.get(symbol);
      if (value == null || !component.symbols().get(symbol).contains(value)) {
        return Optional.of(
            String.format(
                "%s is %s, which %s excludes", symbol, value, component.symbols().get(symbol)));
      }
    }
    if (!engine.isDynamic() && !engine.bindings().equals(bindings)) {
      return Optional.of("it is of " + bindings + ", the engine of " + engine.bindings());
    }
    for (TensorSignature input : component.inputs()) {
      try {
        List<Long> expected = input.evaluate(bindings);
        if (!expected.equals(shapes.get(input.name()))) {
          return Optional.of(
              String.format(
                  "'%s' has the shape %s, not %s",
                  input.name(), shapes.get(input.name()), expected));
        }
      } catch (DoptException e) {
        return Optional.of(e.getMessage());
      }
    }
    return Optional.empty();
  }
}
