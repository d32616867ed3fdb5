package io.dopt.quantizer;

import io.dopt.ir.Graph;
import io.dopt.tensor.DenseTensor;
import java.util.Map;
import java.util.Set;

/**
 * The port through which the quantizer runs graphs: it knows no engine, its caller brings one. An
 * implementation may keep an engine for the graph it ran last.
 */
public interface CalibrationRunner {
  /**
   * Runs {@code graph} once and shows values as they come to be.
   *
   * @param inputs one tensor per input of the graph, by name
   * @param observed names of the values to show: inputs, or outputs of nodes
   * @param observer is shown every observed value once; shapes are those of this run
   * @throws io.dopt.tensor.DoptException (ENGINE) when the graph cannot be built or run
   */
  void run(
      Graph graph,
      Map<String, DenseTensor> inputs,
      Set<String> observed,
      ActivationObserver observer);
}
