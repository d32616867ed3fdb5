package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.compiler.onnx.OnnxNode;
import io.dopt.ir.Node;
import io.dopt.ir.operator.QuantizeLinear;
import io.dopt.tensor.ElementType;
import java.util.List;

/**
 * QuantizeLinear: the element type becomes that of the zero point, which is always written. Numbers
 * of 16 bits are widened first, since ONNX Runtime 1.29's CPU kernel truncates them.
 */
final class LowerQuantizeLinear implements Lowering<QuantizeLinear> {
  @Override
  public String name() {
    return "QuantizeLinear";
  }

  @Override
  public Class<QuantizeLinear> operator() {
    return QuantizeLinear.class;
  }

  @Override
  public void emit(
      QuantizeLinear operator, Node node, LoweringContext context, OnnxEmitter emitter) {
    List<String> operands = QuantizationOperands.of(node, operator.to(), emitter);
    if (node.inputs().get(0).type().elementType() != ElementType.FLOAT32) {
      operands.set(0, widened(operands.get(0), node, emitter));
      operands.set(1, widened(operands.get(1), node, emitter));
    }
    OnnxNode result =
        emitter
            .node(node, "QuantizeLinear")
            .inputs(operands)
            .attribute("axis", operator.axis())
            .attribute("block_size", operator.blockSize());
    if (operator.to() == ElementType.FLOAT8E4M3FN) {
      result.attribute("saturate", 1);
    }
    result.outputs(emitter.name(node.output()));
  }

  private static String widened(String operand, Node node, OnnxEmitter emitter) {
    return emitter
        .node(node, "Cast")
        .inputs(operand)
        .attribute("to", ElementType.FLOAT32.onnxCode())
        .output();
  }
}
