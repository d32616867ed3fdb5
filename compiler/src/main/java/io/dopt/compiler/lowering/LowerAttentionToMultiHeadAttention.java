package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.ir.Node;
import io.dopt.ir.operator.Attention;
import java.util.Optional;

/**
 * Attention in one kernel of ONNX Runtime, which works through the keys in blocks and never holds
 * the whole score matrix. Taken at every size: docs/compiling.md says why.
 */
final class LowerAttentionToMultiHeadAttention implements Lowering<Attention> {
  @Override
  public String name() {
    return "com.microsoft.MultiHeadAttention";
  }

  @Override
  public Class<Attention> operator() {
    return Attention.class;
  }

  @Override
  public Optional<String> refusal(Attention operator, Node node, LoweringContext context) {
    return LoweringContext.unlessFloat32(node);
  }

  @Override
  public void emit(Attention operator, Node node, LoweringContext context, OnnxEmitter emitter) {
    emitter
        .contributed(node, "MultiHeadAttention")
        .inputs(emitter.names(node.inputs()))
        .attribute("num_heads", operator.heads())
        .attribute("scale", operator.scale())
        .attribute("unidirectional", operator.causal() ? 1 : 0)
        .outputs(emitter.name(node.output()));
  }
}
