package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.ir.Node;
import io.dopt.ir.operator.Transpose;

/** Transpose: the permutation goes by ONNX's shorter name. */
final class LowerTranspose implements Lowering<Transpose> {
  @Override
  public String name() {
    return "Transpose";
  }

  @Override
  public Class<Transpose> operator() {
    return Transpose.class;
  }

  @Override
  public void emit(Transpose operator, Node node, LoweringContext context, OnnxEmitter emitter) {
    emitter
        .node(node, "Transpose")
        .inputs(emitter.name(node.inputs().get(0)))
        .attribute("perm", operator.permutation())
        .outputs(emitter.name(node.output()));
  }
}
