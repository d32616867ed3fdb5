package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.ir.Node;
import io.dopt.ir.Value;
import io.dopt.ir.operator.Binary;
import io.dopt.ir.operator.LayerNormalization;
import io.dopt.tensor.ElementType;
import java.util.List;
import java.util.Optional;

/**
 * A residual sum and the layer normalisation behind it in one kernel, which also gives the sum to
 * its other readers. ONNX Runtime does not find this itself when the sum is read twice.
 *
 * <pre>
 * sum = Add(a, b); y = LayerNormalization(sum) -> y, sum = SkipLayerNormalization(a, b)
 * </pre>
 *
 * <p>Not when a and b differ in shape, or when scale and bias are computed.
 */
final class FuseAddIntoSkipLayerNormalization implements Lowering<Binary> {
  @Override
  public String name() {
    return "com.microsoft.SkipLayerNormalization";
  }

  @Override
  public Class<Binary> operator() {
    return Binary.class;
  }

  @Override
  public Optional<String> refusal(Binary operator, Node node, LoweringContext context) {
    if (operator.function() != Binary.Function.ADD) {
      return Optional.of("not an addition");
    }
    if (normalization(node, context).isEmpty()) {
      return Optional.of("no layer normalisation with constant scale and bias reads the sum");
    }
    if (node.output().type().elementType() != ElementType.FLOAT32) {
      return Optional.of("not float32");
    }
    if (!node.inputs().get(0).type().equals(node.inputs().get(1).type())
        || node.output().type().shape().rank() != 3
        || node.inputs().stream().anyMatch(context::isWeight)) {
      return Optional.of("the summands are not two activations of one shape [N, S, C]");
    }
    return Optional.empty();
  }

  private static Optional<Node> normalization(Node node, LoweringContext context) {
    return context.readers(node.output()).stream()
        .filter(
            reader ->
                reader.operator() instanceof LayerNormalization
                    && reader.inputs().get(0).equals(node.output())
                    && reader.inputs().stream().skip(1).allMatch(context::isWeight))
        .findFirst();
  }

  @Override
  public void emit(Binary operator, Node node, LoweringContext context, OnnxEmitter emitter) {
    Node reader = normalization(node, context).orElseThrow();
    LayerNormalization normalization = (LayerNormalization) reader.operator();
    List<Value> parameters = reader.inputs().subList(1, reader.inputs().size());
    emitter
        .contributed(node, "SkipLayerNormalization")
        .inputs(emitter.names(node.inputs()))
        .inputs(emitter.names(parameters))
        .attribute("epsilon", normalization.epsilon())
        .outputs(emitter.name(reader.output()), "", "", emitter.name(node.output()));
    context.absorb(reader);
  }
}
