package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.ir.Node;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.Shape;
import java.util.List;

/**
 * Brings operands of attention from [N, S, H*D], where heads lie side by side, to the layout that
 * products are computed in, and their result back.
 *
 * @param heads H
 */
record AttentionLayout(long heads, Node node, OnnxEmitter emitter) {
  private static final List<Long> BY_HEAD = List.of(0L, 2L, 1L, 3L);
  private static final List<Long> BY_HEAD_TRANSPOSED = List.of(0L, 2L, 3L, 1L);

  /** [N, H, S, D] of {@code operand}. */
  String split(String operand, Shape shape) {
    return transposed(headed(operand, shape), BY_HEAD);
  }

  /** [N, H, D, S] of {@code operand}. */
  String splitTransposed(String operand, Shape shape) {
    return transposed(headed(operand, shape), BY_HEAD_TRANSPOSED);
  }

  /** Writes the node's output [N, S, H*D] from [N, H, S, D]. */
  void merge(String context) {
    String bySequence = transposed(context, BY_HEAD);
    Shape target = node.output().type().shape();
    Shape source =
        Shape.of(target.get(0), target.get(1), Dimension.of(heads), target.get(2).dividedBy(heads));
    emitter
        .node(node, "Reshape")
        .inputs(bySequence, LowerReshape.operand(source, target, emitter))
        .outputs(emitter.name(node.output()));
  }

  private String headed(String operand, Shape shape) {
    Shape target =
        Shape.of(shape.get(0), shape.get(1), Dimension.of(heads), shape.get(2).dividedBy(heads));
    return emitter
        .node(node, "Reshape")
        .inputs(operand, LowerReshape.operand(shape, target, emitter))
        .output();
  }

  private String transposed(String operand, List<Long> permutation) {
    return emitter.node(node, "Transpose").inputs(operand).attribute("perm", permutation).output();
  }
}
