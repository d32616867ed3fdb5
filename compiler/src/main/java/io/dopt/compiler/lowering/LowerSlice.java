package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.ir.Node;
import io.dopt.ir.operator.Slice;

/** Slice: the ranges become operands. */
final class LowerSlice implements Lowering<Slice> {
  @Override
  public String name() {
    return "Slice";
  }

  @Override
  public Class<Slice> operator() {
    return Slice.class;
  }

  @Override
  public void emit(Slice operator, Node node, LoweringContext context, OnnxEmitter emitter) {
    emitter
        .node(node, "Slice")
        .inputs(
            emitter.name(node.inputs().get(0)),
            emitter.vector(operator.starts()),
            emitter.vector(operator.ends()),
            emitter.vector(operator.axes()))
        .outputs(emitter.name(node.output()));
  }
}
