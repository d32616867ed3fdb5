package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.ir.Node;
import io.dopt.ir.operator.DequantizeLinear;
import io.dopt.ir.operator.QuantizedAttention;
import java.util.Optional;

/** Writes nothing for a DequantizeLinear all of whose readers are attentions that quantize anew. */
final class AbsorbAttentionDequantizeLinear implements Lowering<DequantizeLinear> {
  @Override
  public String name() {
    return "part of its readers' kernels";
  }

  @Override
  public Class<DequantizeLinear> operator() {
    return DequantizeLinear.class;
  }

  @Override
  public Optional<String> refusal(DequantizeLinear operator, Node node, LoweringContext context) {
    boolean absorbed =
        !context.isOutput(node.output())
            && context.readers(node.output()).stream().allMatch(each -> isTaken(each, context));
    return absorbed ? Optional.empty() : Optional.of("not all its readers are fused attentions");
  }

  private static boolean isTaken(Node reader, LoweringContext context) {
    return reader.operator() instanceof QuantizedAttention attention
        && new LowerQuantizedAttentionToMatMulSoftmax()
            .refusal(attention, reader, context)
            .isEmpty();
  }

  @Override
  public void emit(
      DequantizeLinear operator, Node node, LoweringContext context, OnnxEmitter emitter) {}
}
