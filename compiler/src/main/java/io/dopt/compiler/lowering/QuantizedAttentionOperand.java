package io.dopt.compiler.lowering;

import io.dopt.ir.Node;
import io.dopt.ir.Value;
import io.dopt.ir.operator.QuantizeLinear;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.LazyTensor;
import java.util.Optional;

/**
 * An operand of attention that is quantized to 8-bit floats by one constant scale.
 *
 * @param value before it is quantized
 * @param scale what one unit stands for
 */
record QuantizedAttentionOperand(Value value, float scale) {
  /** The operand {@code value} if it is DQ(Q(x)) by one scale without a zero point. */
  static Optional<QuantizedAttentionOperand> of(Value value, LoweringContext context) {
    Optional<Dequantized> dequantized =
        Dequantized.of(value, context)
            .filter(each -> each.elementType() == ElementType.FLOAT8E4M3FN && each.isPerTensor())
            .filter(each -> each.node().inputs().size() == 2);
    Optional<Node> quantize =
        dequantized
            .flatMap(each -> context.producer(each.quantized()))
            .filter(node -> node.operator() instanceof QuantizeLinear);
    return quantize.map(
        node ->
            new QuantizedAttentionOperand(
                node.inputs().get(0),
                number(context.content(dequantized.get().scale()).orElseThrow())));
  }

  private static float number(LazyTensor scale) {
    return DenseTensor.read(scale).cast(ElementType.FLOAT32).toFloats()[0];
  }
}
