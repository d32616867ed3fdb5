package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.ir.Node;
import io.dopt.ir.operator.QuantizedAttention;
import io.dopt.tensor.ElementType;
import java.util.Optional;

/**
 * Attention whose operands are quantized, in the fused kernel of float32, for shapes that the
 * integer kernels do not take (dynamic engines): the operands are rounded, the probabilities are
 * not, so that the result is at least as exact as was asked for.
 */
final class LowerQuantizedAttentionToMultiHeadAttention implements Lowering<QuantizedAttention> {
  @Override
  public String name() {
    return "com.microsoft.MultiHeadAttention";
  }

  @Override
  public Class<QuantizedAttention> operator() {
    return QuantizedAttention.class;
  }

  @Override
  public Optional<String> refusal(QuantizedAttention operator, Node node, LoweringContext context) {
    return operator.probabilities() == ElementType.UINT8
        ? LoweringContext.unlessFloat32(node)
        : Optional.of("its numbers in 8-bit floating point are what is looked at on the CPU");
  }

  @Override
  public void emit(
      QuantizedAttention operator, Node node, LoweringContext context, OnnxEmitter emitter) {
    emitter
        .contributed(node, "MultiHeadAttention")
        .inputs(emitter.names(node.inputs()))
        .attribute("num_heads", operator.heads())
        .attribute("scale", operator.scale())
        .outputs(emitter.name(node.output()));
  }
}
