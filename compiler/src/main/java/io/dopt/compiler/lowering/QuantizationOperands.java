package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.ir.Node;
import io.dopt.tensor.ElementType;
import java.util.ArrayList;
import java.util.List;

/**
 * The operands of QuantizeLinear and DequantizeLinear with a zero point in any case: without one
 * ONNX quantizes to u8, and ONNX Runtime's fusions look for its initializer.
 */
final class QuantizationOperands {
  private QuantizationOperands() {}

  static List<String> of(Node node, ElementType quantized, OnnxEmitter emitter) {
    List<String> operands = new ArrayList<>(emitter.names(node.inputs()));
    if (operands.size() == 2) {
      List<Long> shape = node.inputs().get(1).type().shape().constants();
      operands.add(emitter.zeros(quantized, shape));
    }
    return operands;
  }
}
