package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.ir.Node;
import io.dopt.ir.operator.DequantizeLinear;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.LazyTensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * What is stored small and computed in float32, as a cast and a multiplication: weights, which ONNX
 * Runtime then widens once when it loads them, and everything in 8-bit floating point. As
 * DequantizeLinear, ONNX Runtime would quantize the other operand of a weight too, or refuse the
 * model.
 *
 * <p>Not for zero points or blocks, nor for integers that are computed.
 */
final class LowerDequantizeLinearToCast implements Lowering<DequantizeLinear> {
  @Override
  public String name() {
    return "Cast, Mul";
  }

  @Override
  public Class<DequantizeLinear> operator() {
    return DequantizeLinear.class;
  }

  @Override
  public Optional<String> refusal(DequantizeLinear operator, Node node, LoweringContext context) {
    Optional<Dequantized> operand = Dequantized.of(node.output(), context);
    if (operand.isEmpty() || operator.blockSize() > 0) {
      return Optional.of("its scales are computed or blocked");
    }
    if (node.inputs().size() > 2) {
      return Optional.of("it has a zero point");
    }
    boolean float8 = operand.get().elementType() == ElementType.FLOAT8E4M3FN;
    if (!float8
        && !(context.isWeight(operand.get().quantized())
            && operand.get().elementType() == ElementType.INT8)) {
      return Optional.of("neither a weight of int8 nor 8-bit floating point");
    }
    return node.output().type().elementType() == ElementType.FLOAT32
        ? Optional.empty()
        : Optional.of("not to float32");
  }

  @Override
  public void emit(
      DequantizeLinear operator, Node node, LoweringContext context, OnnxEmitter emitter) {
    Dequantized operand = Dequantized.of(node.output(), context).orElseThrow();
    String widened =
        emitter
            .node(node, "Cast")
            .inputs(emitter.name(operand.quantized()))
            .attribute("to", ElementType.FLOAT32.onnxCode())
            .output();
    emitter
        .node(node, "Mul")
        .inputs(widened, scale(operand, context, emitter))
        .outputs(emitter.name(node.output()));
  }

  /** The scales in a shape that broadcasts along the operand's other axes. */
  private static String scale(Dequantized operand, LoweringContext context, OnnxEmitter emitter) {
    if (operand.isPerTensor()) {
      return emitter.name(operand.scale());
    }
    LazyTensor scales = context.content(operand.scale()).orElseThrow();
    int rank = operand.quantized().type().shape().rank();
    List<Long> shape = new ArrayList<>(Collections.nCopies(rank, 1L));
    shape.set(Math.floorMod((int) operand.operator().axis(), rank), scales.elementCount());
    return emitter.view(operand.scale(), shape);
  }
}
