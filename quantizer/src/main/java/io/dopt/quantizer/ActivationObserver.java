package io.dopt.quantizer;

import io.dopt.tensor.DenseTensor;

/** Is shown the values of a graph while it runs; keeps statistics, not tensors. */
@FunctionalInterface
public interface ActivationObserver {
  /**
   * A value of the run.
   *
   * @param value its name in the graph
   * @param activation what it holds; only valid during the call
   */
  void observe(String value, DenseTensor activation);
}
