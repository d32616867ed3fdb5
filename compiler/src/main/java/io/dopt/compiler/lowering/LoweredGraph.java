package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxProgram;
import java.util.List;

/**
 * A graph in ONNX's terms, with the choices that were made.
 *
 * @param program what to write
 * @param choices one per node of the graph
 */
public record LoweredGraph(OnnxProgram program, List<LoweringChoice> choices) {
  public LoweredGraph {
    choices = List.copyOf(choices);
  }
}
