package io.dopt.compiler.proof;

import java.util.Set;

/** ONNX Runtime's names of the operators that multiply. */
final class Kernels {
  static final String SCAN = "Scan";
  static final String MATMUL_N_BITS = "MatMulNBits";

  /** On operands of 8-bit integers. */
  private static final Set<String> INTEGER =
      Set.of(
          "QLinearConv",
          "QLinearMatMul",
          "QGemm",
          "QAttention",
          "ConvInteger",
          "MatMulInteger",
          "MatMulIntegerToFloat",
          "DynamicQuantizeMatMul");

  /** On operands of floating point. */
  private static final Set<String> FLOAT =
      Set.of(
          "Conv",
          "FusedConv",
          "NhwcFusedConv",
          "MatMul",
          "FusedMatMul",
          "Gemm",
          "FusedGemm",
          "Attention",
          "MultiHeadAttention");

  private Kernels() {}

  static boolean isInteger(String operator) {
    return INTEGER.contains(operator);
  }

  static boolean isFloat(String operator) {
    return FLOAT.contains(operator);
  }

  static boolean multiplies(String operator) {
    return isInteger(operator) || isFloat(operator) || operator.equals(MATMUL_N_BITS);
  }
}
