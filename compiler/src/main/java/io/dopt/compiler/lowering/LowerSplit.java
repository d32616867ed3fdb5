package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.ir.Node;
import io.dopt.ir.operator.Split;

/** Split: the sizes become an operand. */
final class LowerSplit implements Lowering<Split> {
  @Override
  public String name() {
    return "Split";
  }

  @Override
  public Class<Split> operator() {
    return Split.class;
  }

  @Override
  public void emit(Split operator, Node node, LoweringContext context, OnnxEmitter emitter) {
    emitter
        .node(node, "Split")
        .inputs(emitter.name(node.inputs().get(0)), emitter.vector(operator.sizes()))
        .attribute("axis", operator.axis())
        .outputs(emitter.names(node.outputs()));
  }
}
