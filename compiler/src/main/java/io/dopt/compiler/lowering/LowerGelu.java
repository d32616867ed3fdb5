package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.ir.Node;
import io.dopt.ir.operator.Gelu;

/** Gelu: the kind becomes ONNX's name of it. ONNX Runtime computes both in one kernel. */
final class LowerGelu implements Lowering<Gelu> {
  @Override
  public String name() {
    return "Gelu";
  }

  @Override
  public Class<Gelu> operator() {
    return Gelu.class;
  }

  @Override
  public void emit(Gelu operator, Node node, LoweringContext context, OnnxEmitter emitter) {
    emitter
        .node(node, "Gelu")
        .inputs(emitter.name(node.inputs().get(0)))
        .attribute("approximate", operator.tanhApproximation() ? "tanh" : "none")
        .outputs(emitter.name(node.output()));
  }
}
