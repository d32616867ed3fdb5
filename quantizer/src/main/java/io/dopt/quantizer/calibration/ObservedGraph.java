package io.dopt.quantizer.calibration;

import io.dopt.ir.Graph;
import java.util.List;

/**
 * A graph that says what its values hold.
 *
 * @param graph with an output per observation beside its own
 * @param observations in the order in which the values come to be
 */
public record ObservedGraph(Graph graph, List<Observation> observations) {
  /** Keeps its own copy. */
  public ObservedGraph {
    observations = List.copyOf(observations);
  }
}
