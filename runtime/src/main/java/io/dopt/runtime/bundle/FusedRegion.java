package io.dopt.runtime.bundle;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.List;

/**
 * Several nodes that an engine computes as one.
 *
 * @param kernel that computes them
 * @param precision what it multiplies in; of one that does not, what it reads
 * @param nodes of the engine's ONNX file, sorted
 */
public record FusedRegion(String kernel, String precision, List<String> nodes) {
  /**
   * @throws DoptException (BAD_INPUT) when there are not at least two nodes, or a text is empty
   */
  public FusedRegion {
    nodes = nodes.stream().sorted().toList();
    if (nodes.size() < 2 || kernel.isBlank() || precision.isBlank()) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          "A precision report contradicts itself: '" + kernel + "' fuses no nodes, or is no name.");
    }
  }
}
