package io.dopt.compiler.proof.tensorrt;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** What TensorRT 10's inspector would say of a small unet; the README of the samples says why. */
final class TensorRtTenEngine {
  private TensorRtTenEngine() {}

  /** A layer that computes ONNX nodes, with one input of each type. */
  static String layer(
      String name,
      String type,
      String tactic,
      List<String> inputs,
      String output,
      String... nodes) {
    String metadata =
        Arrays.stream(nodes)
            .map(node -> "[ONNX Layer: " + node + "]")
            .collect(Collectors.joining("\037"));
    return String.format(
        """
        {
          "Name": "%s",
          "LayerType": "%s",
          "Inputs": [%s],
          "Outputs": [%s],
          "TacticName": "%s",
          "StreamId": 0,
          "Metadata": "%s"
        }\
        """,
        name,
        type,
        inputs.stream().map(TensorRtTenEngine::tensor).collect(Collectors.joining(", ")),
        tensor(output),
        tactic,
        metadata);
  }

  private static String tensor(String type) {
    return "{\"Name\": \"__mye1\", \"Location\": \"Device\", \"Dimensions\": [2,64,8,8],"
        + " \"Format/Datatype\": \""
        + type
        + "\"}";
  }

  static InspectedEngine engine(String... layers) {
    return InspectedEngine.parse(json(layers));
  }

  static byte[] json(String... layers) {
    return ("{\"Layers\": [" + String.join(",", layers) + "], \"Bindings\": [\"sample\"]}")
        .getBytes(StandardCharsets.UTF_8);
  }

  static final String QUANTIZE =
      layer(
          "__myl_MulRounMinMaxCast_myl0_0",
          "kgen",
          "__myl_MulRounMinMaxCast_0xf2543c36ff9f104bbb1655b0183afb47",
          List.of("Half"),
          "Int8",
          "down_blocks.0.resnets.0.conv1/QuantizeLinear");

  static final String CONVOLUTION =
      layer(
          "down_blocks_0_resnets_0_conv1/Conv_myl0_1",
          "correlation",
          "sm80_xmma_fprop_implicit_gemm_i8f16_i8i32_f32_nhwckrsc_nhwc_tilesize128x64x64_stage3",
          List.of("Int8", "Half"),
          "Half",
          "down_blocks.0.resnets.0.conv1/Conv",
          "down_blocks.0.resnets.0/Add");

  static final String NORMALIZATION =
      layer(
          "__myl_MeanSubMulMeanAddSqrtDivMulSiluAdd_myl0_2",
          "kgen",
          "__myl_MeanSubMulMeanAddSqrtDivMulSiluAdd_0x957a2fe283f77dcf35c142c1390a3e6a",
          List.of("Half"),
          "Half",
          "down_blocks.0.resnets.0.norm2/GroupNorm:3",
          "down_blocks.0.resnets.0/Silu");

  static final String PROJECTIONS =
      layer(
          "to_q/MatMul+to_k/MatMul_myl0_3",
          "gemm",
          "sm80_xmma_gemm_i8f16_i8i32_f32_tn_n_tilesize64x64x64_stage4",
          List.of("Int8"),
          "Half",
          "mid.attn1.to_q/MatMul",
          "mid.attn1.to_k/MatMul");

  static final String ATTENTION =
      layer(
          "_gemm_mha_v2_myl0_4",
          "kgen",
          "_gemm_mha_v2_0x957a2fe283f77dcf35c142c1390a3e6a",
          List.of("Half", "Half", "Half"),
          "Half",
          "mid.attn1/Attention:2",
          "mid.attn1/Attention:3",
          "mid.attn1/Attention:4");

  static final String LOST =
      layer(
          "mid_ff/MatMul_myl0_5",
          "gemm",
          "sm80_xmma_gemm_f16f16_f16f32_f32_tn_n_tilesize64x64x32_stage6",
          List.of("Half"),
          "Half",
          "mid.ff/MatMul");
}
