package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.ir.Node;
import io.dopt.ir.operator.DequantizeLinear;
import io.dopt.tensor.ElementType;

/** DequantizeLinear: the zero point is always written. */
final class LowerDequantizeLinear implements Lowering<DequantizeLinear> {
  @Override
  public String name() {
    return "DequantizeLinear";
  }

  @Override
  public Class<DequantizeLinear> operator() {
    return DequantizeLinear.class;
  }

  @Override
  public void emit(
      DequantizeLinear operator, Node node, LoweringContext context, OnnxEmitter emitter) {
    ElementType quantized = node.inputs().get(0).type().elementType();
    emitter
        .node(node, "DequantizeLinear")
        .inputs(QuantizationOperands.of(node, quantized, emitter))
        .attribute("axis", operator.axis())
        .attribute("block_size", operator.blockSize())
        .outputs(emitter.name(node.output()));
  }
}
