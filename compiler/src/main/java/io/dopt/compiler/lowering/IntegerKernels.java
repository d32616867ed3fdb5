package io.dopt.compiler.lowering;

import io.dopt.ir.Node;
import io.dopt.ir.operator.Conv;
import io.dopt.ir.operator.MatMul;
import io.dopt.ir.operator.QuantizedAttention;
import io.dopt.ir.operator.Transpose;

/** Which nodes the CPU target writes as kernels that read quantized operands themselves. */
final class IntegerKernels {
  private IntegerKernels() {}

  /** Whether {@code node} needs none of its dequantized operands. */
  static boolean take(Node node, LoweringContext context) {
    if (node.operator() instanceof MatMul operator) {
      return new LowerMatMulToMatMulIntegerToFloat().refusal(operator, node, context).isEmpty()
          || new LowerMatMulToMatMulNBits().refusal(operator, node, context).isEmpty();
    }
    if (node.operator() instanceof Transpose operator) {
      return new AbsorbTransposedWeight().refusal(operator, node, context).isEmpty();
    }
    if (node.operator() instanceof Conv operator) {
      return new LowerConvToQLinearConv().refusal(operator, node, context).isEmpty();
    }
    if (node.operator() instanceof QuantizedAttention operator) {
      return new LowerQuantizedAttentionToScan().refusal(operator, node, context).isEmpty();
    }
    return false;
  }
}
