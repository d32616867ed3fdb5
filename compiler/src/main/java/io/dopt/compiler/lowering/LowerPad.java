package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.ir.Node;
import io.dopt.ir.operator.Pad;

/** Pad: the widths become an operand. */
final class LowerPad implements Lowering<Pad> {
  @Override
  public String name() {
    return "Pad";
  }

  @Override
  public Class<Pad> operator() {
    return Pad.class;
  }

  @Override
  public void emit(Pad operator, Node node, LoweringContext context, OnnxEmitter emitter) {
    emitter
        .node(node, "Pad")
        .inputs(emitter.name(node.inputs().get(0)), emitter.vector(operator.pads()))
        .attribute("mode", "constant")
        .outputs(emitter.name(node.output()));
  }
}
