package io.dopt.compiler.proof.tensorrt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dopt.tensor.ElementType;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KernelTest {
  private static InspectedLayer layer(String type, String tactic, ElementType... inputs) {
    return new InspectedLayer(
        "name",
        type,
        Optional.ofNullable(tactic),
        Optional.empty(),
        Optional.empty(),
        Arrays.stream(inputs)
            .map(input -> new InspectedTensor("x", Optional.of(input), input.text()))
            .collect(Collectors.toList()),
        List.of(),
        List.of());
  }

  @ParameterizedTest
  @CsvSource({
    "sm80_xmma_gemm_f16f16_f16f16_f16_nn_n_tilesize32x32x64_stage6, f16,"
        + " sm80_xmma_gemm_f16f16_f16f16_f16_nn_n",
    "sm90_xmma_gemm_bf16bf16_bf16f32_f32_tn_n_tilesize128x128x64, bf16,"
        + " sm90_xmma_gemm_bf16bf16_bf16f32_f32_tn_n",
    "sm90_xmma_gemm_e4m3bf16_e4m3f32_f32_tn_n_tilesize128x128x128, fp8,"
        + " sm90_xmma_gemm_e4m3bf16_e4m3f32_f32_tn_n",
    "sm80_xmma_gemm_i8f32_i8i32_f32_tn_n_tilesize1x1, int8, sm80_xmma_gemm_i8f32_i8i32_f32_tn_n",
    "sm80_xmma_gemm_f32f32_tf32f32_f32_nn_n_tilesize64x64x32, tf32,"
        + " sm80_xmma_gemm_f32f32_tf32f32_f32_nn_n",
    "sm80_xmma_gemm_f32f32_f32f32_f32_nn_n_tilesize64x64x8, f32,"
        + " sm80_xmma_gemm_f32f32_f32f32_f32_nn_n",
    "volta_int8x4_icudnn_int8x4_128x32_relu_xregs_medium, int8, volta_int8x4_icudnn_int8x4",
    "ampere_h16816gemm_256x128_ldg8_nn_v1, f16, ampere_h16816gemm",
    "volta_scudnn_128x64_relu_small_nn_v1, f32, volta_scudnn",
  })
  void namesOfMatrixKernelsSayWhatTheyMultiply(String tactic, String precision, String name) {
    assertEquals(
        new Kernel(name, precision, true), Kernel.of(layer("gemm", tactic, ElementType.INT32)));
  }

  @Test
  void generatedKernelsMultiplyTheLeastPreciseOfWhatTheyRead() {
    assertEquals(
        new Kernel("_gemm_mha_v2", "fp8", true),
        Kernel.of(
            layer(
                "kgen",
                "_gemm_mha_v2_0x957a2fe283f77dcf",
                ElementType.FLOAT8E4M3FN,
                ElementType.FLOAT16)));
    assertEquals(
        new Kernel("__myl_FcMulAdd", "int8", true),
        Kernel.of(layer("kgen", "__myl_FcMulAdd_0xab", ElementType.FLOAT16, ElementType.INT8)));
    assertEquals(
        new Kernel("__myl_AddSilu", "f16", false),
        Kernel.of(layer("kgen", "__myl_AddSilu_0xab", ElementType.FLOAT16)));
    assertEquals(new Kernel("Reformat", "unknown", false), Kernel.of(layer("Reformat", null)));
  }

  @Test
  void kernelsOfTensorRt8() {
    InspectedEngine engine = InspectedEngineTest.sample("resnet18-int8.json");
    assertEquals(
        List.of("f32", "int8", "int8", "int8", "int8", "int8", "int8", "f32"),
        engine.layers().stream().map(Kernel::of).map(Kernel::precision).toList());
    assertEquals(
        List.of("f32", "f16", "f16", "f16", "f16", "f16"),
        InspectedEngineTest.sample("resnet18-fp16.json").layers().stream()
            .map(Kernel::of)
            .map(Kernel::precision)
            .toList());
    assertEquals("ConvActPool", Kernel.of(engine.layers().get(1)).name());
  }
}
