package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.ir.Node;
import io.dopt.ir.operator.MatMul;
import io.dopt.ir.operator.Transpose;
import java.util.List;
import java.util.Optional;

/** Writes nothing for a transposed weight that only kernels read which take it as it is stored. */
final class AbsorbTransposedWeight implements Lowering<Transpose> {
  @Override
  public String name() {
    return "part of its readers' kernels";
  }

  @Override
  public Class<Transpose> operator() {
    return Transpose.class;
  }

  @Override
  public Optional<String> refusal(Transpose operator, Node node, LoweringContext context) {
    List<Node> readers = context.readers(node.output());
    boolean absorbed =
        !context.isOutput(node.output())
            && Dequantized.of(node.inputs().get(0), context).isPresent()
            && readers.stream()
                .allMatch(
                    reader ->
                        reader.operator() instanceof MatMul product
                            && new LowerMatMulToMatMulNBits()
                                .refusal(product, reader, context)
                                .isEmpty());
    return absorbed ? Optional.empty() : Optional.of("no weight in 4-bit integers of kernels");
  }

  @Override
  public void emit(Transpose operator, Node node, LoweringContext context, OnnxEmitter emitter) {}
}
