package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.ir.Node;
import io.dopt.ir.Value;
import io.dopt.ir.operator.DequantizeLinear;
import io.dopt.tensor.ElementType;
import java.util.List;
import java.util.Optional;

/**
 * An operand that a node reads through DequantizeLinear. A kernel for quantized numbers reads what
 * is before it instead.
 *
 * @param node the DequantizeLinear
 */
record Dequantized(Node node) {
  /** The operand {@code value}, if it is dequantized by constant scales. */
  static Optional<Dequantized> of(Value value, LoweringContext context) {
    return context
        .producer(value)
        .filter(node -> node.operator() instanceof DequantizeLinear)
        .filter(node -> node.inputs().stream().skip(1).allMatch(context::isWeight))
        .map(Dequantized::new);
  }

  DequantizeLinear operator() {
    return (DequantizeLinear) node.operator();
  }

  Value quantized() {
    return node.inputs().get(0);
  }

  ElementType elementType() {
    return quantized().type().elementType();
  }

  Value scale() {
    return node.inputs().get(1);
  }

  boolean isEightBitInteger() {
    return elementType() == ElementType.INT8 || elementType() == ElementType.UINT8;
  }

  boolean isPerTensor() {
    return scale().type().shape().rank() == 0;
  }

  /** Whether there is one scale for every index along {@code axis}. */
  boolean isPerAxis(long axis) {
    int rank = quantized().type().shape().rank();
    return operator().blockSize() == 0
        && scale().type().shape().rank() == 1
        && Math.floorMod(operator().axis(), rank) == Math.floorMod(axis, rank);
  }

  /** The zero point's name; zeros where the node leaves it out. */
  String zeroPoint(OnnxEmitter emitter) {
    if (node.inputs().size() > 2) {
      return emitter.name(node.inputs().get(2));
    }
    List<Long> shape = scale().type().shape().constants();
    return emitter.zeros(elementType(), shape);
  }
}
