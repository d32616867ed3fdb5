package io.dopt.compiler.tensorrt;

import io.dopt.compiler.lowering.LoweredGraph;
import io.dopt.compiler.lowering.Lowerings;
import io.dopt.ir.Graph;
import io.dopt.tensor.ElementType;

/**
 * Turns graphs into the strongly typed ONNX that TensorRT's parser takes.
 *
 * @param computeType f32, f16 or bf16
 * @param islands what computes in float32 nevertheless
 */
public record TensorRtLowering(ElementType computeType, Float32Islands islands) {
  /** With the standard islands. */
  public static TensorRtLowering of(ElementType computeType) {
    return new TensorRtLowering(computeType, Float32Islands.standard());
  }

  /** For graphs whose every type is as it is to be. */
  public static TensorRtLowering ofTyped() {
    return of(ElementType.FLOAT32);
  }

  /**
   * The ONNX of a graph, dynamic or of one shape bucket ({@link Graph#bind}).
   *
   * @throws io.dopt.tensor.DoptException (UNSUPPORTED) naming node, operator and type when the
   *     parser would refuse them
   */
  public LoweredGraph lower(Graph graph) {
    LoweredGraph lowered =
        Lowerings.tensorRt().lower(StrongTyping.apply(graph, computeType, islands));
    OperatorSubset.standard().check(lowered.program());
    return lowered;
  }
}
