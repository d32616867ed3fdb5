package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.ir.Node;
import io.dopt.ir.operator.Reshape;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reshape: the shape becomes an operand. ONNX's 0 (as in the input) and -1 (the rest) stand for
 * symbolic dimensions where they can, so that most dynamic reshapes need no arithmetic.
 */
final class LowerReshape implements Lowering<Reshape> {
  @Override
  public String name() {
    return "Reshape";
  }

  @Override
  public Class<Reshape> operator() {
    return Reshape.class;
  }

  @Override
  public void emit(Reshape operator, Node node, LoweringContext context, OnnxEmitter emitter) {
    String shape = operand(node.inputs().get(0).type().shape(), operator.shape(), emitter);
    emitter
        .node(node, "Reshape")
        .inputs(emitter.name(node.inputs().get(0)), shape)
        .outputs(emitter.name(node.output()));
  }

  /** What a Reshape from {@code source} to {@code target} reads beside its input. */
  static String operand(Shape source, Shape target, OnnxEmitter emitter) {
    return placeholders(source, target).map(emitter::vector).orElseGet(() -> emitter.shape(target));
  }

  /** The target with at most one -1; empty when two dimensions would need it. */
  private static Optional<List<Long>> placeholders(Shape source, Shape target) {
    List<Long> dims = new ArrayList<>();
    boolean inferred = false;
    for (int axis = 0; axis < target.rank(); axis++) {
      Dimension dimension = target.get(axis);
      if (dimension.isConstant()) {
        dims.add(dimension.constant());
      } else if (axis < source.rank() && source.get(axis).equals(dimension)) {
        dims.add(0L);
      } else if (!inferred) {
        inferred = true;
        dims.add(-1L);
      } else {
        return Optional.empty();
      }
    }
    return Optional.of(dims);
  }
}
