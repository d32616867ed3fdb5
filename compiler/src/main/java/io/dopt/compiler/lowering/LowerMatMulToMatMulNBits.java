package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.ir.Node;
import io.dopt.ir.operator.MatMul;
import io.dopt.ir.operator.Transpose;
import io.dopt.tensor.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A linear layer whose weight is stored in 4-bit integers by groups, in the kernel that multiplies
 * without widening the weight first. It rounds the activation to int8, group by group and as it
 * comes (accuracy level 4), which is what makes it faster than float32.
 *
 * <pre>
 * Add(MatMul(x, Transpose(DequantizeLinear(w))), bias) -> MatMulNBits(x, w, bias)
 * </pre>
 *
 * <p>Not for groups that are no power of two from 16 up, or that do not divide K.
 */
final class LowerMatMulToMatMulNBits implements Lowering<MatMul> {
  private static final long BITS = 4;
  private static final long INT8_ACTIVATIONS = 4;
  private static final long SMALLEST_BLOCK = 16;

  @Override
  public String name() {
    return "com.microsoft.MatMulNBits";
  }

  @Override
  public Class<MatMul> operator() {
    return MatMul.class;
  }

  @Override
  public Optional<String> refusal(MatMul operator, Node node, LoweringContext context) {
    Optional<Dequantized> weight = weight(node, context);
    if (weight.isEmpty() || weight.get().elementType() != ElementType.INT4) {
      return Optional.of("the weight is not a transposed one of 4-bit integers");
    }
    if (node.inputs().get(0).type().elementType() != ElementType.FLOAT32) {
      return Optional.of("the activation is not float32");
    }
    long block = weight.get().operator().blockSize();
    long depth = weight.get().quantized().type().shape().get(1).constant();
    boolean fits =
        block >= SMALLEST_BLOCK
            && Long.bitCount(block) == 1
            && depth % block == 0
            && weight.get().operator().axis() == 1
            && weight.get().node().inputs().size() == 2;
    return fits
        ? Optional.empty()
        : Optional.of("groups of " + block + " along K = " + depth + " have no kernel");
  }

  /** The weight [N, K] behind its transposition. */
  private static Optional<Dequantized> weight(Node node, LoweringContext context) {
    return context
        .producer(node.inputs().get(1))
        .filter(
            producer ->
                producer.operator() instanceof Transpose transpose
                    && transpose.permutation().equals(List.of(1L, 0L)))
        .flatMap(producer -> Dequantized.of(producer.inputs().get(0), context))
        .filter(weight -> context.isWeight(weight.quantized()));
  }

  @Override
  public void emit(MatMul operator, Node node, LoweringContext context, OnnxEmitter emitter) {
    Dequantized weight = weight(node, context).orElseThrow();
    List<Long> shape = weight.quantized().type().shape().constants();
    long block = weight.operator().blockSize();
    long blocks = shape.get(1) / block;
    List<String> inputs =
        new ArrayList<>(
            List.of(
                emitter.name(node.inputs().get(0)),
                emitter.constant(
                    new OffsetBinaryTensor(
                        context.content(weight.quantized()).orElseThrow(),
                        List.of(shape.get(0), blocks, block * BITS / 8))),
                emitter.view(weight.scale(), List.of(shape.get(0) * blocks))));
    Optional<Node> addition = BiasAddition.of(node, context);
    addition.ifPresent(
        add -> {
          inputs.addAll(List.of("", "", emitter.name(BiasAddition.bias(add, node))));
          context.absorb(add);
        });
    emitter
        .contributed(node, "MatMulNBits")
        .inputs(inputs)
        .attribute("K", shape.get(1))
        .attribute("N", shape.get(0))
        .attribute("bits", BITS)
        .attribute("block_size", block)
        .attribute("accuracy_level", INT8_ACTIVATIONS)
        .outputs(emitter.name(addition.orElse(node).output()));
  }
}
