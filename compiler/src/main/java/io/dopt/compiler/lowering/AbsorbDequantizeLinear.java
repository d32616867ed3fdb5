package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.ir.Node;
import io.dopt.ir.operator.DequantizeLinear;
import java.util.Optional;

/**
 * Writes nothing for a DequantizeLinear all of whose readers are kernels for quantized operands.
 * When others read it too, it is written for them, and the kernels still read what is before it.
 */
final class AbsorbDequantizeLinear implements Lowering<DequantizeLinear> {
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
            && context.readers(node.output()).stream()
                .allMatch(reader -> IntegerKernels.take(reader, context));
    return absorbed
        ? Optional.empty()
        : Optional.of("a reader has no kernel for quantized operands");
  }

  @Override
  public void emit(
      DequantizeLinear operator, Node node, LoweringContext context, OnnxEmitter emitter) {}
}
