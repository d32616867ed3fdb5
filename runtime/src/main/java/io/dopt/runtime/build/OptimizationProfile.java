package io.dopt.runtime.build;

import io.dopt.runtime.bundle.TensorSignature;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The shapes one engine is built for.
 *
 * @param inputs by input name, every input of the engine
 */
public record OptimizationProfile(SortedMap<String, ShapeRange> inputs) {
  public OptimizationProfile {
    inputs = Collections.unmodifiableSortedMap(new TreeMap<>(inputs));
  }

  /**
   * The shapes that inputs have for symbol values.
   *
   * @param inputs whose dimensions do not fall where a symbol rises
   * @param minimum a value for each symbol, and so are the others
   * @throws io.dopt.tensor.DoptException (BAD_INPUT) when a shape has no size for the values
   */
  public static OptimizationProfile of(
      List<TensorSignature> inputs,
      Map<String, Long> minimum,
      Map<String, Long> optimum,
      Map<String, Long> maximum) {
    SortedMap<String, ShapeRange> ranges = new TreeMap<>();
    for (TensorSignature input : inputs) {
      ranges.put(
          input.name(),
          new ShapeRange(
              input.evaluate(minimum), input.evaluate(optimum), input.evaluate(maximum)));
    }
    return new OptimizationProfile(ranges);
  }
}
