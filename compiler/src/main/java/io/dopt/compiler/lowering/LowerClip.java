package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.ir.Node;
import io.dopt.ir.operator.Clip;
import io.dopt.tensor.ElementType;

/** Clip: the bounds become scalar operands. */
final class LowerClip implements Lowering<Clip> {
  @Override
  public String name() {
    return "Clip";
  }

  @Override
  public Class<Clip> operator() {
    return Clip.class;
  }

  @Override
  public void emit(Clip operator, Node node, LoweringContext context, OnnxEmitter emitter) {
    ElementType elementType = node.output().type().elementType();
    emitter
        .node(node, "Clip")
        .inputs(
            emitter.name(node.inputs().get(0)),
            emitter.scalar(elementType, operator.minimum()),
            emitter.scalar(elementType, operator.maximum()))
        .outputs(emitter.name(node.output()));
  }
}
