package io.dopt.quantizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.ir.Graph;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.GraphVerifier;
import io.dopt.ir.Node;
import io.dopt.ir.Value;
import io.dopt.ir.operator.Attention;
import io.dopt.ir.operator.Binary;
import io.dopt.ir.operator.Conv;
import io.dopt.ir.operator.DequantizeLinear;
import io.dopt.ir.operator.MatMul;
import io.dopt.ir.operator.QuantizeLinear;
import io.dopt.ir.operator.QuantizedAttention;
import io.dopt.quantizer.QuantizationRecipe.AttentionChoice;
import io.dopt.quantizer.QuantizationRecipe.WeightScaleMethod;
import io.dopt.quantizer.calibration.MinMaxRange;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What TensorRT's explicit quantization asks for, on a transformer block behind a convolution. */
class TensorRtSchemeTest {
  private static final QuantizationScheme SCHEME = QuantizationScheme.TENSORRT;

  private static QuantizationRecipe recipe(Precision precision) {
    return recipe(precision, 16);
  }

  private static QuantizationRecipe recipe(Precision precision, int blockSize) {
    return new QuantizationRecipe(
        SCHEME,
        precision,
        List.of(),
        new MinMaxRange(),
        WeightScaleMethod.LEAST_ERROR,
        new Smoothing.None(),
        true,
        blockSize,
        0,
        SCHEME.attentions(precision).get(0));
  }

  private static Graph quantized(Graph graph, Precision precision) {
    QuantizationRecipe recipe = recipe(precision);
    PrecisionPlan plan = PrecisionPlan.of(graph, recipe, Map.of());
    Graph result =
        QuantizeLayers.apply(graph, plan, recipe, Optional.of(TransformerBlock.calibration()));
    new GraphVerifier().verify(result);
    assertEquals(List.of(), plan.differences(result));
    return result;
  }

  private static List<Node> nodes(Graph graph, Class<?> operator) {
    return graph.nodes().stream().filter(node -> operator.isInstance(node.operator())).toList();
  }

  private static Node producer(Graph graph, Value value) {
    return graph.nodes().stream()
        .filter(node -> node.outputs().contains(value))
        .findFirst()
        .orElseThrow();
  }

  private static Map<String, Precision> plan(Graph graph, Precision precision) {
    return PrecisionPlan.of(graph, recipe(precision), Map.of()).layers();
  }

  private static Graph convolution(long channels, int kernel) {
    GraphBuilder b = new GraphBuilder("unet");
    Value x = b.input("x", ElementType.FLOAT32, Shape.of(1L, channels, 9L, 9L));
    try (GraphBuilder.Scope scope = b.scope("conv1")) {
      b.output(
          "y",
          b.conv2d(
              x,
              b.weight("w", TransformerBlock.noise(1, 16, channels, kernel, kernel)),
              b.weight("b", TransformerBlock.noise(2, 16)),
              1,
              kernel / 2));
    }
    return b.build();
  }

  private static Graph attention(long channels, long heads) {
    GraphBuilder b = new GraphBuilder("unet");
    Value x = b.input("x", ElementType.FLOAT32, Shape.of(1L, 8L, channels));
    try (GraphBuilder.Scope scope = b.scope("attn1")) {
      b.output("y", b.node(new Attention(heads, 0.25, false), x, x, x));
    }
    return b.build();
  }

  /** With the tolerances that the CPU's scheme has in QuantizeLayersTest. */
  @ParameterizedTest
  @EnumSource(names = {"INT8", "FLOAT8", "INT4_WEIGHT"})
  void computesNearlyTheSame(Precision precision) {
    double limit = Map.of("int8", 0.05, "fp8", 0.2, "int4-weight", 0.2).get(precision.text());
    double error = TransformerBlock.error(quantized(TransformerBlock.GRAPH, precision));
    assertTrue(error > 1e-4 && error < limit, precision + ": " + error);
  }

  @Test
  void quantizesTheInputsOfLayersAloneAndAroundZero() {
    Graph graph = quantized(TransformerBlock.GRAPH, Precision.INT8);
    for (Node node : nodes(graph, QuantizeLinear.class)) {
      assertEquals(ElementType.INT8, ((QuantizeLinear) node.operator()).to());
      assertEquals(2, node.inputs().size(), "there are no zero points");
    }
    for (Node node : graph.nodes()) {
      boolean layer = node.operator() instanceof Conv || node.operator() instanceof MatMul;
      boolean dequantized =
          node.inputs().stream()
              .filter(value -> graph.nodes().stream().anyMatch(n -> n.outputs().contains(value)))
              .anyMatch(value -> producer(graph, value).operator() instanceof DequantizeLinear);
      assertEquals(layer, dequantized, node.name());
    }
    assertEquals(1, nodes(graph, Attention.class).size());
    assertEquals(
        List.of(),
        nodes(graph, Binary.class).stream()
            .filter(node -> ((Binary) node.operator()).function() != Binary.Function.ADD)
            .toList());
  }

  @Test
  void oneActivationIsQuantizedOnceForAllItsReaders() {
    Graph graph = quantized(TransformerBlock.GRAPH, Precision.INT8);
    assertEquals(
        1,
        nodes(graph, MatMul.class).stream()
            .filter(node -> node.name().matches("to_[qkv]/MatMul"))
            .map(node -> node.inputs().get(0))
            .collect(Collectors.toSet())
            .size());
  }

  @Test
  void eightBitFloatsHaveOneScaleAndScaledQueries() {
    Graph graph = quantized(TransformerBlock.GRAPH, Precision.FLOAT8);
    for (Node node : nodes(graph, DequantizeLinear.class)) {
      assertEquals(0, node.inputs().get(1).type().shape().rank(), node.name());
      assertEquals(2, node.inputs().size(), node.name());
    }
    Node attention = nodes(graph, QuantizedAttention.class).get(0);
    assertEquals(1, ((QuantizedAttention) attention.operator()).scale());
    for (int input = 0; input < 3; input++) {
      Node dequantize = producer(graph, attention.inputs().get(input));
      Node quantize = producer(graph, dequantize.inputs().get(0));
      boolean scaled = producer(graph, quantize.inputs().get(0)).operator() instanceof Binary;
      assertEquals(input < 2, scaled, "query and key are scaled before they are quantized");
    }
  }

  @Test
  void fourBitBlocksLieAlongTheInputChannelsOfWeightsAsTheyAre() {
    Graph graph = quantized(TransformerBlock.GRAPH, Precision.INT4_WEIGHT);
    List<Node> dequantized = nodes(graph, DequantizeLinear.class);
    assertEquals(4, dequantized.size(), "linear layers alone");
    for (Node node : dequantized) {
      assertEquals(new DequantizeLinear(0, 16), node.operator());
      assertEquals(List.of(2L, 32L), node.inputs().get(1).type().shape().constants());
    }
    assertEquals(
        Precision.FLOAT32,
        plan(TransformerBlock.GRAPH, Precision.INT4_WEIGHT).get("conv/Conv"),
        "weights of 8 bits alone are nothing for TensorRT");
  }

  @Test
  void whatFourBitBlocksDoNotDivideStaysInFloat() {
    QuantizationRecipe recipe = recipe(Precision.INT4_WEIGHT, 64);
    assertEquals(
        Map.of(
            "tensorrt has no kernel for an attention in int4-weight",
            List.of("attn/Attention"),
            "tensorrt has no kernel for a convolution with weights of 4 bits",
            List.of("conv/Conv"),
            "tensorrt has no kernel for input channels that blocks of 64 do not divide",
            List.of("to_k/MatMul", "to_out/MatMul", "to_q/MatMul", "to_v/MatMul")),
        ExcludedLayers.of(TransformerBlock.GRAPH, recipe, Map.of()));
  }

  @Test
  void layersWithoutKernelsStayInFloat() {
    assertEquals(Precision.INT8, plan(convolution(16, 3), Precision.INT8).get("conv1/Conv"));
    assertEquals(Precision.FLOAT32, plan(convolution(4, 3), Precision.INT8).get("conv1/Conv"));
    assertEquals(Precision.FLOAT8, plan(convolution(16, 5), Precision.FLOAT8).get("conv1/Conv"));
    assertEquals(Precision.FLOAT32, plan(convolution(16, 7), Precision.FLOAT8).get("conv1/Conv"));
    assertEquals(Precision.FLOAT8, plan(attention(64, 4), Precision.FLOAT8).get("attn1/Attention"));
    assertEquals(
        Precision.FLOAT32, plan(attention(64, 8), Precision.FLOAT8).get("attn1/Attention"));
    assertEquals(Precision.FLOAT32, plan(attention(64, 4), Precision.INT8).get("attn1/Attention"));
    assertEquals(
        Map.of(
            "tensorrt has no kernel for heads of 8 channels, not of a multiple of 16",
            List.of("attn1/Attention")),
        ExcludedLayers.of(attention(64, 8), recipe(Precision.FLOAT8), Map.of()));
  }

  @Test
  void leavesAloneWhatModelOptimizerDoes() {
    List<String> excluded =
        List.of(
            "conv_in/Conv",
            "conv_out/Conv",
            "time_embedding.linear_1/MatMul",
            "add_embedding.linear_2/MatMul",
            "down_blocks.0.resnets.0.time_emb_proj/MatMul",
            "up_blocks.0.resnets.0.conv_shortcut/Conv",
            "mid_block.attentions.0.proj_out/MatMul");
    for (String layer : excluded) {
      assertTrue(SCHEME.exclusionsOfUnet().stream().anyMatch(it -> it.fits(layer)), layer);
    }
    for (String layer : List.of("mid_block.attentions.0.proj_in/Conv", "a.to_out.0/MatMul")) {
      assertTrue(SCHEME.exclusionsOfUnet().stream().noneMatch(it -> it.fits(layer)), layer);
    }
  }

  @Test
  void precisionsWithoutKernelsAreRefused() {
    assertTrue(SCHEME.refusal(Precision.INT8_WEIGHT).orElseThrow().contains("int4-weight"));
    assertEquals(Optional.empty(), SCHEME.refusal(Precision.FLOAT16));
    assertTrue(QuantizationScheme.CPU.refusal(Precision.BFLOAT16).isPresent());
    assertEquals(List.of(AttentionChoice.NONE), SCHEME.attentions(Precision.INT8));
    assertEquals(List.of(64, 128), SCHEME.blockSizes());
    DoptException unknown =
        assertThrows(DoptException.class, () -> QuantizationScheme.ofTarget("npu"));
    assertEquals(ErrorCode.USAGE, unknown.code());
    assertTrue(unknown.getMessage().contains("cpu, tensorrt"), unknown.getMessage());
  }

  @Test
  void plansOfAnotherTargetAreRefusedByTheFirstLayer() {
    PrecisionPlan plan = PrecisionPlan.of(TransformerBlock.GRAPH, recipe(Precision.INT8), Map.of());
    assertRefused(
        plan.with("to_q/MatMul", Precision.INT8_WEIGHT), "The plan has to_q/MatMul in int8-weight");
    assertRefused(
        plan.with("attn/Attention", Precision.INT8), "no kernel for an attention in int8");
    assertRefused(
        plan.with("conv/Conv", Precision.INT4_WEIGHT), "a convolution with weights of 4 bits");
  }

  private static void assertRefused(PrecisionPlan plan, String reason) {
    DoptException error =
        assertThrows(
            DoptException.class,
            () ->
                QuantizeLayers.apply(
                    TransformerBlock.GRAPH,
                    plan,
                    recipe(Precision.INT8),
                    Optional.of(TransformerBlock.calibration())));
    assertEquals(ErrorCode.UNSUPPORTED, error.code());
    assertTrue(error.getMessage().contains(reason), error.getMessage());
  }

  @Test
  void theRecipesTextSaysTheScheme() {
    assertTrue(recipe(Precision.INT8).text().startsWith("scheme=tensorrt precision=int8 "));
    assertTrue(recipe(Precision.INT8).textWithPlan().startsWith("scheme=tensorrt "));
  }
}
