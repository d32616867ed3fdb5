package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.ir.Node;
import io.dopt.ir.operator.QuickGelu;
import java.util.Optional;

/** x * sigmoid(1.702 x) in one kernel of ONNX Runtime. */
final class LowerQuickGelu implements Lowering<QuickGelu> {
  @Override
  public String name() {
    return "com.microsoft.QuickGelu";
  }

  @Override
  public Class<QuickGelu> operator() {
    return QuickGelu.class;
  }

  @Override
  public Optional<String> refusal(QuickGelu operator, Node node, LoweringContext context) {
    return LoweringContext.unlessFloat32(node);
  }

  @Override
  public void emit(QuickGelu operator, Node node, LoweringContext context, OnnxEmitter emitter) {
    emitter
        .contributed(node, "QuickGelu")
        .inputs(emitter.name(node.inputs().get(0)))
        .attribute("alpha", QuickGelu.ALPHA)
        .outputs(emitter.name(node.output()));
  }
}
