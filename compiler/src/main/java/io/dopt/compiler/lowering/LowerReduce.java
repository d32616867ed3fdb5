package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.ir.Node;
import io.dopt.ir.operator.Reduce;

/** ReduceMean, ReduceSum, ReduceMax and ReduceMin: the axes become an operand. */
final class LowerReduce implements Lowering<Reduce> {
  @Override
  public String name() {
    return "Reduce";
  }

  @Override
  public Class<Reduce> operator() {
    return Reduce.class;
  }

  @Override
  public void emit(Reduce operator, Node node, LoweringContext context, OnnxEmitter emitter) {
    emitter
        .node(node, operator.operatorName())
        .inputs(emitter.name(node.inputs().get(0)), emitter.vector(operator.axes()))
        .attribute("keepdims", 1)
        .outputs(emitter.name(node.output()));
  }
}
