package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.ir.Node;
import io.dopt.ir.operator.DequantizeLinear;
import io.dopt.ir.operator.QuantizeLinear;
import java.util.Optional;

/** Writes nothing for a QuantizeLinear before {@link AbsorbAttentionDequantizeLinear} alone. */
final class AbsorbAttentionQuantizeLinear implements Lowering<QuantizeLinear> {
  @Override
  public String name() {
    return "part of its readers' kernels";
  }

  @Override
  public Class<QuantizeLinear> operator() {
    return QuantizeLinear.class;
  }

  @Override
  public Optional<String> refusal(QuantizeLinear operator, Node node, LoweringContext context) {
    boolean absorbed =
        !context.isOutput(node.output())
            && context.readers(node.output()).stream().allMatch(each -> isTaken(each, context));
    return absorbed ? Optional.empty() : Optional.of("not all its readers are fused attentions");
  }

  private static boolean isTaken(Node reader, LoweringContext context) {
    return reader.operator() instanceof DequantizeLinear dequantize
        && new AbsorbAttentionDequantizeLinear().refusal(dequantize, reader, context).isEmpty();
  }

  @Override
  public void emit(
      QuantizeLinear operator, Node node, LoweringContext context, OnnxEmitter emitter) {}
}
