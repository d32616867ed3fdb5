package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.ir.Node;
import io.dopt.ir.operator.Cast;

/** Cast: the element type becomes ONNX's number of it. */
final class LowerCast implements Lowering<Cast> {
  @Override
  public String name() {
    return "Cast";
  }

  @Override
  public Class<Cast> operator() {
    return Cast.class;
  }

  @Override
  public void emit(Cast operator, Node node, LoweringContext context, OnnxEmitter emitter) {
    emitter
        .node(node, "Cast")
        .inputs(emitter.name(node.inputs().get(0)))
        .attribute("to", operator.to().onnxCode())
        .outputs(emitter.name(node.output()));
  }
}
