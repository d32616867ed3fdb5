package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.ir.Node;
import io.dopt.ir.operator.QuantizeLinear;
import io.dopt.tensor.ElementType;
import java.util.Optional;

/**
 * Quantization to 8-bit floating point as a division and a cast, which round and saturate the same
 * way. ONNX Runtime's optimizer refuses models with QuantizeLinear of such types (1.29).
 */
final class LowerFloat8QuantizeLinearToCast implements Lowering<QuantizeLinear> {
  @Override
  public String name() {
    return "Div, Cast";
  }

  @Override
  public Class<QuantizeLinear> operator() {
    return QuantizeLinear.class;
  }

  @Override
  public Optional<String> refusal(QuantizeLinear operator, Node node, LoweringContext context) {
    if (operator.to() != ElementType.FLOAT8E4M3FN) {
      return Optional.of("not to 8-bit floating point");
    }
    return node.inputs().size() == 2 && node.inputs().get(1).type().shape().rank() == 0
        ? LoweringContext.unlessFloat32(node)
        : Optional.of("it has a zero point or more than one scale");
  }

  @Override
  public void emit(
      QuantizeLinear operator, Node node, LoweringContext context, OnnxEmitter emitter) {
    String divided = emitter.node(node, "Div").inputs(emitter.names(node.inputs())).output();
    emitter
        .node(node, "Cast")
        .inputs(divided)
        .attribute("to", operator.to().onnxCode())
        .attribute("saturate", 1)
        .outputs(emitter.name(node.output()));
  }
}
