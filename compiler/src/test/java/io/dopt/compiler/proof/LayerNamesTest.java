package io.dopt.compiler.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LayerNamesTest {
  private final LayerNames names =
      new LayerNames(
          Set.of("a.conv1/Conv", "a.conv1/Conv_1", "a.to_q/MatMul", "a.attn1/Attention", "Conv"));

  @ParameterizedTest
  @CsvSource({
    "a.conv1/Conv, a.conv1/Conv",
    "a.conv1/Conv_nchwc, a.conv1/Conv",
    "a.conv1/Conv_token_51, a.conv1/Conv",
    "a.conv1/Conv_1_token_51, a.conv1/Conv_1",
    "a.conv1/Conv_1, a.conv1/Conv_1",
    "a.conv1/Conv_2,",
    "a.to_q/MatMul/MatMulAddFusion, a.to_q/MatMul",
    "a.to_q/MatMul/MatMulScaleFusion/, a.to_q/MatMul",
    "a.attn1/Attention:9, a.attn1/Attention",
    "a.attn1.Attention/MatMul_1/MatMulScaleFusion/, a.attn1/Attention",
    "a.attn1.Attention.inner/MatMul,",
    "a.attn1/QuantizeLinear,",
    "Conv_nchwc, Conv",
    "ReorderOutput_token_391,",
    "gemm_input_reshape,",
    "'',",
  })
  void engineNamesLeadBackToLayers(String node, String layer) {
    assertEquals(Optional.ofNullable(layer), names.layerOf(node));
  }
}
