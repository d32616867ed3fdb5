package io.dopt.compiler.proof.tensorrt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.runtime.bundle.EngineKernels;
import io.dopt.runtime.bundle.FusedRegion;
import io.dopt.runtime.bundle.PrecisionReport;
import io.dopt.runtime.bundle.PrecisionReport.Layer;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class EngineProofTest {
  private static final PrecisionReport REPORT =
      PrecisionReport.of(
          "unet",
          "scheme=tensorrt precision=int8",
          List.of(
              Layer.planned("down_blocks.0.resnets.0.conv1/Conv", "int8").withSensitivity(3),
              Layer.planned("mid.attn1.to_q/MatMul", "int8"),
              Layer.planned("mid.attn1.to_k/MatMul", "int8"),
              Layer.planned("mid.attn1/Attention", "f32"),
              Layer.planned("mid.ff/MatMul", "int8"),
              Layer.planned("gone/MatMul", "int8")));

  private static final String[] LAYERS = {
    TensorRtTenEngine.QUANTIZE,
    TensorRtTenEngine.CONVOLUTION,
    TensorRtTenEngine.NORMALIZATION,
    TensorRtTenEngine.PROJECTIONS,
    TensorRtTenEngine.ATTENTION,
    TensorRtTenEngine.LOST
  };

  private static EngineProof proof(String... layers) {
    return EngineProof.of(EngineProof.planned(REPORT, "f16"), TensorRtTenEngine.engine(layers));
  }

  private static FoundLayer layer(EngineProof proof, String name) {
    return proof.layers().stream().filter(it -> it.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void findsTheKernelOfEveryLayer() {
    EngineProof proof = proof(LAYERS);
    assertEquals(
        new FoundLayer(
            "down_blocks.0.resnets.0.conv1/Conv",
            "int8",
            Optional.of("int8"),
            Optional.of("sm80_xmma_fprop_implicit_gemm_i8f16_i8i32_f32_nhwckrsc_nhwc")),
        layer(proof, "down_blocks.0.resnets.0.conv1/Conv"));
    FoundLayer attention = layer(proof, "mid.attn1/Attention");
    assertEquals(Optional.of("_gemm_mha_v2"), attention.kernel());
    assertEquals("f16", attention.planned(), "left in what the graph computes in");
    assertTrue(attention.asPlanned());
    assertTrue(layer(proof, "mid.attn1.to_k/MatMul").asPlanned());
    assertEquals(Optional.empty(), layer(proof, "gone/MatMul").found());
  }

  @Test
  void namesWhatIsLost() {
    EngineProof proof = proof(LAYERS);
    proof.requireQuantized("unet");
    assertEquals(
        List.of("gone/MatMul", "mid.ff/MatMul"),
        proof.lost().stream().map(FoundLayer::name).toList());
    String text = proof.lostText().orElseThrow();
    assertTrue(text.startsWith("The engine computes 2 of 5 quantized layers otherwise"), text);
    assertTrue(text.contains("gone/MatMul (planned int8, found nowhere)"), text);
    assertTrue(
        text.contains(
            "mid.ff/MatMul (planned int8, found f16 in sm80_xmma_gemm_f16f16_f16f32_f32_tn_n)"),
        text);
    assertEquals(
        "3 of 5 quantized layers as planned; 6 engine layers: 4 f16, 2 int8", proof.text());
  }

  @Test
  void anEngineWithoutAnythingQuantizedFails() {
    EngineProof proof = proof(TensorRtTenEngine.ATTENTION, TensorRtTenEngine.LOST);
    DoptException error =
        assertThrows(DoptException.class, () -> proof.requireQuantized("unet batch2"));
    assertEquals(ErrorCode.QUALITY, error.code());
    assertTrue(
        error.getMessage().startsWith("Quantization has no effect on unet batch2: of 5 layers"),
        error.getMessage());
  }

  @Test
  void anEngineOfWhichNothingWasPlannedPasses() {
    SortedMap<String, String> planned = new TreeMap<>(Map.of("mid.ff/MatMul", "f16"));
    EngineProof proof = EngineProof.of(planned, TensorRtTenEngine.engine(TensorRtTenEngine.LOST));
    proof.requireQuantized("unet");
    assertEquals(Optional.empty(), proof.lostText());
  }

  @Test
  void fusedRegionsNameTheirNodes() {
    assertEquals(
        List.of(
            new FusedRegion(
                "_gemm_mha_v2",
                "f16",
                List.of("mid.attn1/Attention:2", "mid.attn1/Attention:3", "mid.attn1/Attention:4")),
            new FusedRegion(
                "sm80_xmma_fprop_implicit_gemm_i8f16_i8i32_f32_nhwckrsc_nhwc",
                "int8",
                List.of("down_blocks.0.resnets.0.conv1/Conv", "down_blocks.0.resnets.0/Add")),
            new FusedRegion(
                "__myl_MeanSubMulMeanAddSqrtDivMulSiluAdd",
                "f16",
                List.of(
                    "down_blocks.0.resnets.0.norm2/GroupNorm:3", "down_blocks.0.resnets.0/Silu")),
            new FusedRegion(
                "sm80_xmma_gemm_i8f16_i8i32_f32_tn_n",
                "int8",
                List.of("mid.attn1.to_k/MatMul", "mid.attn1.to_q/MatMul"))),
        proof(LAYERS).regions());
  }

  @Test
  void theReportSaysWhatWasFound() {
    EngineProof proof = proof(LAYERS);
    PrecisionReport report = proof.withFound(REPORT);
    Layer convolution = report.layers().get(0);
    assertEquals(Optional.of("int8"), convolution.found());
    assertEquals(Optional.of(3.0), convolution.sensitivityDb());
    Layer attention = report.layers().get(4);
    assertEquals("mid.attn1/Attention", attention.name());
    assertEquals("f16", attention.planned());
    assertEquals(Optional.of("nowhere"), report.layers().get(1).found(), "of gone/MatMul");
    assertEquals(
        Optional.of("f32 (tf32)"),
        new FoundLayer("a", "f32", Optional.of("tf32"), Optional.of("gemm")).reported());
    EngineKernels kernels = proof.kernels("components/unet/engine.plan");
    assertEquals(new TreeMap<>(Map.of("f16", 4, "int8", 2)), kernels.layers());
    assertEquals(proof.tactics(), kernels.tactics());
  }

  @Test
  void tacticsOfEqualEnginesAreEqual() {
    String[] turned = {
      TensorRtTenEngine.LOST,
      TensorRtTenEngine.ATTENTION.replace("myl0_4", "myl0_9").replace("0x957a2f", "0x1"),
      TensorRtTenEngine.PROJECTIONS.replace("__mye1", "__mye777"),
      TensorRtTenEngine.NORMALIZATION,
      TensorRtTenEngine.CONVOLUTION,
      TensorRtTenEngine.QUANTIZE,
    };
    assertEquals(proof(LAYERS).tactics(), proof(turned).tactics());
    turned[0] = TensorRtTenEngine.LOST.replace("tilesize64x64x32", "tilesize128x64x32");
    assertNotEquals(proof(LAYERS).tactics(), proof(turned).tactics());
    assertEquals(
        "gemm | sm80_xmma_gemm_f16f16_f16f32_f32_tn_n_tilesize64x64x32_stage6 | - | f16 | f16 |"
            + " mid.ff/MatMul",
        TacticSummary.of(TensorRtTenEngine.engine(TensorRtTenEngine.LOST)).lines().get(0));
  }

  /** The layers of a plan found by the names alone, as TensorRT 8 leaves them. */
  @Test
  void enginesWithoutMetadata() {
    SortedMap<String, String> planned =
        new TreeMap<>(Map.of("Conv_34", "int8", "Conv_9", "int8", "Conv_284", "fp8"));
    EngineProof proof = EngineProof.of(planned, InspectedEngineTest.sample("resnet18-int8.json"));
    assertEquals(List.of("Conv_284"), proof.lost().stream().map(FoundLayer::name).toList());
    assertEquals(Map.of("copies", 2, "f32", 1, "int8", 5), proof.engineLayers());
  }
}
