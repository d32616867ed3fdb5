package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.ir.Node;
import io.dopt.ir.operator.LayerNormalization;
import java.util.Optional;

/**
 * Layer normalisation through ONNX Runtime's kernel for residual sums, which is several times
 * faster than the one for LayerNormalization: normalising x + x with four times the epsilon is
 * normalising x, and doubling is exact.
 *
 * <pre>
 * LayerNormalization(x, epsilon) -> SkipLayerNormalization(x, x, 4 epsilon)
 * </pre>
 *
 * <p>Not when x is not [N, S, C]. The kernel takes the variance in one pass in float32, so that a
 * mean of m standard deviations costs a relative error of about 4e-7 m^2.
 */
final class LowerLayerNormalizationToSkip implements Lowering<LayerNormalization> {
  @Override
  public String name() {
    return "com.microsoft.SkipLayerNormalization";
  }

  @Override
  public Class<LayerNormalization> operator() {
    return LayerNormalization.class;
  }

  @Override
  public Optional<String> refusal(LayerNormalization operator, Node node, LoweringContext context) {
    if (node.output().type().shape().rank() != 3) {
      return Optional.of("the input is not [N, S, C]");
    }
    return LoweringContext.unlessFloat32(node);
  }

  @Override
  public void emit(
      LayerNormalization operator, Node node, LoweringContext context, OnnxEmitter emitter) {
    String x = emitter.name(node.inputs().get(0));
    emitter
        .contributed(node, "SkipLayerNormalization")
        .inputs(x, x)
        .inputs(emitter.names(node.inputs().subList(1, node.inputs().size())))
        .attribute("epsilon", 4 * operator.epsilon())
        .outputs(emitter.name(node.output()));
  }
}
