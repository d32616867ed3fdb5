package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.ir.Node;
import io.dopt.ir.operator.Silu;
import java.util.Optional;

/** SiLU is QuickGelu, x * sigmoid(alpha x), with alpha 1: one pass over x instead of two. */
final class LowerSiluToQuickGelu implements Lowering<Silu> {
  @Override
  public String name() {
    return "com.microsoft.QuickGelu";
  }

  @Override
  public Class<Silu> operator() {
    return Silu.class;
  }

  @Override
  public Optional<String> refusal(Silu operator, Node node, LoweringContext context) {
    return LoweringContext.unlessFloat32(node);
  }

  @Override
  public void emit(Silu operator, Node node, LoweringContext context, OnnxEmitter emitter) {
    emitter
        .contributed(node, "QuickGelu")
        .inputs(emitter.name(node.inputs().get(0)))
        .attribute("alpha", 1.0)
        .outputs(emitter.name(node.output()));
  }
}
