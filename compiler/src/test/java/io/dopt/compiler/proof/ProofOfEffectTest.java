package io.dopt.compiler.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.dopt.compiler.CompileListener;
import io.dopt.compiler.CompileOptions;
import io.dopt.compiler.Compiler;
import io.dopt.compiler.Targets;
import io.dopt.ir.Graph;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Value;
import io.dopt.ir.operator.DequantizeLinear;
import io.dopt.ir.operator.QuantizeLinear;
import io.dopt.ir.operator.QuantizedAttention;
import io.dopt.ir.pipeline.Component;
import io.dopt.ir.pipeline.EvaluationMaterial;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.LazyTensors;
import io.dopt.tensor.QuantizationParameters;
import io.dopt.tensor.Shape;
import io.dopt.tensor.SymmetricFormat;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Layers of every kind through the real compiler and the real engine. */
class ProofOfEffectTest {
  private static final long WIDTH = 32;

  @TempDir private Path folder;

  private final GraphBuilder b = new GraphBuilder("unet");

  private Value quantized(Value x, ElementType type) {
    Value scale = b.scalar(ElementType.FLOAT32, 0.05);
    boolean isFloat = type.isFloatingPoint();
    Value[] first = isFloat ? new Value[] {x, scale} : new Value[] {x, scale, zero(type)};
    Value q = b.node(new QuantizeLinear(type, 1, 0), first);
    Value[] second = isFloat ? new Value[] {q, scale} : new Value[] {q, scale, zero(type)};
    return b.node(new DequantizeLinear(1, 0), second);
  }

  private Value zero(ElementType type) {
    return b.scalar(type, type == ElementType.UINT8 ? 128 : 0);
  }

  private Value weight(String name, SymmetricFormat format, int axis, long... shape) {
    DenseTensor data = noise(shape);
    int channels = (int) shape[axis];
    float[] scales = new float[channels];
    java.util.Arrays.fill(scales, 0.01f);
    Value stored =
        b.weight(
            name, LazyTensors.quantize(data, QuantizationParameters.perAxis(format, axis, scales)));
    Value scale = b.weight(name + "_scale", DenseTensor.ofFloats(List.of((long) channels), scales));
    return b.node(new DequantizeLinear(axis, 0), stored, scale);
  }

  private static DenseTensor noise(long... shape) {
    Random random = new Random(1);
    List<Long> dimensions = java.util.Arrays.stream(shape).boxed().toList();
    float[] values =
        new float[(int) dimensions.stream().reduce(1L, Math::multiplyExact).longValue()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return DenseTensor.ofFloats(dimensions, values);
  }

  private Graph graph() {
    Value image = b.input("image", ElementType.FLOAT32, Shape.of(1L, WIDTH, 16L, 16L));
    Value tokens = b.input("tokens", ElementType.FLOAT32, Shape.of(2L, 64L, WIDTH));
    Value x = image;
    try (GraphBuilder.Scope scope = b.scope("conv_in")) {
      x = b.conv2d(x, b.weight("conv_in.weight", noise(WIDTH, WIDTH, 3, 3)), 1, 1);
    }
    try (GraphBuilder.Scope scope = b.scope("conv_int8")) {
      Value w = weight("conv_int8.weight", SymmetricFormat.INT8, 0, WIDTH, WIDTH, 3, 3);
      x = b.conv2d(quantized(x, ElementType.UINT8), w, 1, 1);
      x = quantized(x, ElementType.UINT8);
    }
    try (GraphBuilder.Scope scope = b.scope("conv_lost")) {
      // Its result is not quantized, so that no integer kernel takes it.
      Value w = weight("conv_lost.weight", SymmetricFormat.INT8, 0, WIDTH, WIDTH, 3, 3);
      x = b.conv2d(quantized(x, ElementType.UINT8), w, 1, 1);
    }
    b.output("image_out", x);
    Value y = tokens;
    try (GraphBuilder.Scope scope = b.scope("linear_int8")) {
      Value w = weight("linear_int8.weight", SymmetricFormat.INT8, 1, WIDTH, WIDTH);
      y = b.matMul(quantized(y, ElementType.UINT8), w);
      y = b.add(y, b.weight("linear_int8.bias", noise(WIDTH)));
    }
    try (GraphBuilder.Scope scope = b.scope("linear_weight")) {
      y = b.matMul(y, weight("linear_weight.weight", SymmetricFormat.INT8, 1, WIDTH, WIDTH));
    }
    try (GraphBuilder.Scope scope = b.scope("linear_fp8")) {
      Value w = weight("linear_fp8.weight", SymmetricFormat.FLOAT8E4M3FN, 1, WIDTH, WIDTH);
      y = b.matMul(quantized(y, ElementType.FLOAT8E4M3FN), w);
    }
    try (GraphBuilder.Scope scope = b.scope("linear_f32")) {
      y = b.matMul(y, b.weight("linear_f32.weight", noise(WIDTH, WIDTH)));
      y = b.add(y, b.weight("linear_f32.bias", noise(WIDTH)));
    }
    try (GraphBuilder.Scope scope = b.scope("attn_int8")) {
      y =
          b.node(
              new QuantizedAttention(2, 0.25, ElementType.UINT8),
              quantized(y, ElementType.UINT8),
              quantized(y, ElementType.INT8),
              quantized(y, ElementType.INT8));
    }
    try (GraphBuilder.Scope scope = b.scope("attn_fp8")) {
      y =
          b.node(
              new QuantizedAttention(2, 0.25, ElementType.FLOAT8E4M3FN),
              quantized(y, ElementType.FLOAT8E4M3FN),
              quantized(y, ElementType.FLOAT8E4M3FN),
              quantized(y, ElementType.FLOAT8E4M3FN));
    }
    b.output("tokens_out", y);
    return b.build();
  }

  private EffectProof prove(Map<String, String> planned) {
    Component unet = new Component(graph(), JsonNodeFactory.instance.objectNode(), List.of());
    PipelineModel model =
        new PipelineModel(
            "ToyPipeline",
            new TreeMap<>(Map.of("unet", unet)),
            new TreeMap<>(),
            Optional.empty(),
            JsonNodeFactory.instance.objectNode(),
            EvaluationMaterial.NONE,
            List.of());
    Path bundle = folder.resolve("bundle");
    new Compiler(Targets.standard())
        .compile(model, CompileOptions.to(bundle).withCheck(false), CompileListener.NONE);
    return ProofOfEffect.of(
        Bundle.open(bundle),
        "unet",
        Map.of(),
        new TreeMap<>(planned),
        EngineOptions.defaults().withThreads(1));
  }

  private static final Map<String, String> PLAN =
      Map.of(
          "conv_in/Conv", "f32",
          "conv_int8/Conv", "int8",
          "conv_lost/Conv", "int8",
          "linear_int8/MatMul", "int8",
          "linear_weight/MatMul", "int8-weight",
          "linear_fp8/MatMul", "fp8",
          "linear_f32/MatMul", "f32",
          "attn_int8/QuantizedAttention", "int8",
          "attn_fp8/QuantizedAttention", "fp8");

  @Test
  void everyLayerIsFoundInTheKernelThatRunsIt() {
    EffectProof proof = prove(PLAN);
    Map<String, String> found =
        proof.layers().stream()
            .collect(
                Collectors.toMap(
                    ProvenLayer::name,
                    layer -> layer.found().orElse("none") + ", " + layer.kernel().orElse("none")));
    assertEquals("f32, Conv", found.get("conv_in/Conv"));
    assertEquals("int8, QLinearConv", found.get("conv_int8/Conv"));
    assertEquals("f32, Conv", found.get("conv_lost/Conv"));
    assertEquals("int8, MatMulIntegerToFloat", found.get("linear_int8/MatMul"));
    assertEquals("int8, Scan of MatMulIntegerToFloat", found.get("attn_int8/QuantizedAttention"));
    for (String layer : List.of("linear_fp8/MatMul", "attn_fp8/QuantizedAttention")) {
      assertTrue(found.get(layer).startsWith("fp8 (computed in f32), "), found.get(layer));
    }
    assertTrue(
        found.get("linear_weight/MatMul").startsWith("int8-weight (computed in f32), "),
        found.get("linear_weight/MatMul"));
    assertTrue(found.get("linear_f32/MatMul").startsWith("f32, "), found.toString());
  }

  @Test
  void aSilentFallbackIsNamed() {
    EffectProof proof = prove(PLAN);
    assertEquals(
        List.of("conv_lost/Conv"), proof.fallbacks().stream().map(ProvenLayer::name).toList());
    EffectProof.Total integer = proof.totals().get(2);
    assertEquals("int8", integer.precision());
    assertEquals(4, integer.planned());
    assertEquals(3, integer.found());
  }

  @Test
  void whatIsNotQuantizedIsNotFoundSo() {
    EffectProof proof =
        prove(
            Map.of(
                "conv_in/Conv", "int8-weight",
                "linear_f32/MatMul", "fp8",
                "linear_weight/MatMul", "int8",
                "linear_int8/MatMul", "int4-weight",
                "no_such/Conv", "int8"));
    assertEquals(5, proof.fallbacks().size(), proof.toString());
  }

  @Test
  void sharesAddUpToLessThanTheWhole() {
    EffectProof proof = prove(PLAN);
    double share = proof.layers().stream().mapToDouble(ProvenLayer::shareOfTime).sum();
    assertTrue(share > 0 && share <= 1.000001, "share: " + share);
    assertTrue(proof.slowest(2).get(0).milliseconds() >= proof.slowest(2).get(1).milliseconds());
    assertEquals(2, proof.slowest(2).size());
  }
}
