package io.dopt.compiler.lowering;

import io.dopt.ir.Node;
import io.dopt.tensor.ElementType;
import java.util.Optional;

/** What integer kernels ask of the operands of a layer. */
final class IntegerOperands {
  private IntegerOperands() {}

  /**
   * Why the activation (operand 0) and the weight (operand 1) of {@code node} have no integer
   * kernel.
   *
   * @param outputAxis axis of the weight along which output channels lie
   */
  static Optional<String> refusal(Node node, long outputAxis, LoweringContext context) {
    Optional<Dequantized> activation = Dequantized.of(node.inputs().get(0), context);
    Optional<Dequantized> weight = Dequantized.of(node.inputs().get(1), context);
    if (activation.isEmpty() || weight.isEmpty()) {
      return Optional.of("the operands are not both quantized");
    }
    if (!activation.get().isEightBitInteger() || !activation.get().isPerTensor()) {
      return Optional.of("the activation is not of 8-bit integers with one scale");
    }
    boolean fits =
        weight.get().elementType() == ElementType.INT8
            && context.isWeight(weight.get().quantized())
            && (weight.get().isPerTensor() || weight.get().isPerAxis(outputAxis));
    return fits
        ? Optional.empty()
        : Optional.of("the weight is not int8 with scales per output channel");
  }
}
