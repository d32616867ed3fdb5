package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.compiler.onnx.OnnxNode;
import io.dopt.ir.Node;
import io.dopt.ir.operator.DequantizeLinear;
import java.util.Optional;

/** DequantizeLinear of numbers around 0, the only ones that TensorRT knows. */
final class LowerDequantizeLinearWithoutZeroPoint implements Lowering<DequantizeLinear> {
  @Override
  public String name() {
    return "DequantizeLinear";
  }

  @Override
  public Class<DequantizeLinear> operator() {
    return DequantizeLinear.class;
  }

  @Override
  public Optional<String> refusal(DequantizeLinear operator, Node node, LoweringContext context) {
    return node.inputs().size() == 2
        ? Optional.empty()
        : Optional.of("TensorRT dequantizes without zero points");
  }

  @Override
  public void emit(
      DequantizeLinear operator, Node node, LoweringContext context, OnnxEmitter emitter) {
    OnnxNode result = emitter.node(node, "DequantizeLinear").inputs(emitter.names(node.inputs()));
    if (node.inputs().get(1).type().shape().rank() > 0) {
      result.attribute("axis", operator.axis()).attribute("block_size", operator.blockSize());
    }
    result.outputs(emitter.name(node.output()));
  }
}
