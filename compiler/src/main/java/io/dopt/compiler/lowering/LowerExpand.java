package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.ir.Node;
import io.dopt.ir.operator.Expand;

/** Expand: the shape becomes an operand, computed at run time when it is symbolic. */
final class LowerExpand implements Lowering<Expand> {
  @Override
  public String name() {
    return "Expand";
  }

  @Override
  public Class<Expand> operator() {
    return Expand.class;
  }

  @Override
  public void emit(Expand operator, Node node, LoweringContext context, OnnxEmitter emitter) {
    emitter
        .node(node, "Expand")
        .inputs(emitter.name(node.inputs().get(0)), emitter.shape(operator.shape()))
        .outputs(emitter.name(node.output()));
  }
}
