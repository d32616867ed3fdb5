package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.compiler.onnx.OnnxNode;
import io.dopt.ir.Node;
import io.dopt.ir.operator.QuantizeLinear;
import io.dopt.tensor.ElementType;
import java.util.Optional;

/**
 * QuantizeLinear whose element type is an attribute. TensorRT knows no zero points other than 0,
 * and turns one that is written into a constant of the network that cannot be refitted
 * (onnx-tensorrt, QuantDequantLinearHelper).
 */
final class LowerQuantizeLinearWithOutputType implements Lowering<QuantizeLinear> {
  @Override
  public String name() {
    return "QuantizeLinear";
  }

  @Override
  public Class<QuantizeLinear> operator() {
    return QuantizeLinear.class;
  }

  @Override
  public Optional<String> refusal(QuantizeLinear operator, Node node, LoweringContext context) {
    return node.inputs().size() == 2
        ? Optional.empty()
        : Optional.of("TensorRT quantizes without zero points");
  }

  @Override
  public void emit(
      QuantizeLinear operator, Node node, LoweringContext context, OnnxEmitter emitter) {
    OnnxNode result =
        emitter
            .node(node, "QuantizeLinear")
            .inputs(emitter.names(node.inputs()))
            .attribute("output_dtype", operator.to().onnxCode());
    if (operator.blockSize() > 0 || node.inputs().get(1).type().shape().rank() > 0) {
      result.attribute("axis", operator.axis()).attribute("block_size", operator.blockSize());
    }
    if (operator.to() == ElementType.FLOAT8E4M3FN) {
      result.attribute("saturate", 1);
    }
    result.outputs(emitter.name(node.output()));
  }
}
