package io.dopt.evals.report;

import java.util.List;

/**
 * Several nodes that an engine computes as one.
 *
 * @param kernel that computes them
 * @param precision what it multiplies in; of one that does not, what it reads
 * @param nodes of the engine's ONNX file
 */
public record FusedNodes(String kernel, String precision, List<String> nodes) {
  public FusedNodes {
    nodes = List.copyOf(nodes);
  }
}
