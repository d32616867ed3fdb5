package io.dopt.compiler.lowering;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.ir.Graph;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Value;
import io.dopt.ir.operator.Attention;
import io.dopt.ir.operator.Geglu;
import io.dopt.ir.operator.GroupNorm;
import io.dopt.ir.operator.LayerNormalization;
import io.dopt.ir.operator.Operator;
import io.dopt.ir.operator.QuickGelu;
import io.dopt.ir.operator.Silu;
import io.dopt.ir.operator.SinusoidalEmbedding;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.Shape;
import io.dopt.tensor.SymbolRange;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every fused form computes what the decomposition computes, in static and dynamic models. */
class FusedLoweringTest {
  /** Float32 kernels that sum in different orders. */
  private static final double TOLERANCE = 2e-6;

  @TempDir Path folder;

  static Stream<Arguments> operators() {
    List<List<Long>> sequence = List.of(List.of(2L, -1L, 96L));
    List<List<Long>> image = List.of(List.of(2L, 64L, -1L, 8L), List.of(64L), List.of(64L));
    return Stream.of(
        Arguments.of(new Silu(), sequence, "com.microsoft.QuickGelu"),
        Arguments.of(new QuickGelu(), sequence, "com.microsoft.QuickGelu"),
        Arguments.of(new Geglu(), sequence, LoweringChoice.DECOMPOSED),
        Arguments.of(
            new LayerNormalization(1e-3),
            List.of(List.of(2L, -1L, 96L), List.of(96L), List.of(96L)),
            "com.microsoft.SkipLayerNormalization"),
        Arguments.of(
            new LayerNormalization(1e-5), List.of(List.of(-1L, 96L), List.of(96L)), "as in ONNX"),
        Arguments.of(
            new SinusoidalEmbedding(32, true, 0, 1, 10000),
            List.of(List.of(-1L)),
            LoweringChoice.DECOMPOSED),
        Arguments.of(
            new GroupNorm(32, 1e-5, false), image, "InstanceNormalization, BatchNormalization"),
        Arguments.of(
            new GroupNorm(32, 1e-6, true), image, "InstanceNormalization, BatchNormalization"),
        Arguments.of(
            new GroupNorm(8, 1e-6, true),
            List.of(List.of(1L, 64L, -1L), List.of(64L), List.of(64L)),
            "InstanceNormalization, BatchNormalization"),
        attention(8, 64, 64, -1, -1, 0.125, false),
        attention(8, 40, 40, -1, 77, 1 / Math.sqrt(40), false),
        attention(3, 5, 5, 9, 9, 0.7, true),
        attention(12, 64, 64, 77, 77, 0.125, true),
        attention(2, 16, 24, -1, 7, 0.25, false),
        attention(1, 512, 512, -1, -1, 1 / Math.sqrt(512), false));
  }

  private static Arguments attention(
      long heads, long keySize, long valueSize, long s, long t, double scale, boolean causal) {
    return Arguments.of(
        new Attention(heads, scale, causal),
        List.of(
            List.of(2L, s, heads * keySize),
            List.of(2L, t, heads * keySize),
            List.of(2L, t, heads * valueSize)),
        "com.microsoft.MultiHeadAttention");
  }

  @ParameterizedTest
  @MethodSource("operators")
  void fusedEqualsDecomposed(Operator operator, List<List<Long>> shapes, String lowering) {
    Graph dynamic = graph(operator, shapes);
    Map<String, DenseTensor> inputs = new LinkedHashMap<>();
    for (Value input : dynamic.inputs()) {
      long[] dims =
          input.type().shape().dimensions().stream()
              .mapToLong(dimension -> dimension.evaluate(Map.of("length", 65L)))
              .toArray();
      inputs.put(input.name(), OnnxRuntimeRun.noise(inputs.size(), dims));
    }
    List<LoweringChoice> choices = Lowerings.cpu().lower(dynamic).choices();
    assertEquals(operator.operatorName(), choices.get(0).operator());
    assertEquals(lowering, choices.get(0).lowering());
    for (Graph graph : List.of(dynamic, dynamic.bind(Map.of("length", 65L)))) {
      float[] expected = OnnxRuntimeRun.run(graph, Lowerings.plain(), folder, inputs).get(0);
      float[] actual = OnnxRuntimeRun.run(graph, Lowerings.cpu(), folder, inputs).get(0);
      double error = OnnxRuntimeRun.relativeError(expected, actual);
      assertTrue(error <= TOLERANCE, operator + ": " + error);
    }
  }

  /** One node of {@code operator}; -1 in a shape is the symbol {@code length}. */
  private static Graph graph(Operator operator, List<List<Long>> shapes) {
    GraphBuilder builder = new GraphBuilder("one_operator");
    Dimension length = builder.symbol("length", new SymbolRange(1, 4096, 1));
    Value[] inputs = new Value[shapes.size()];
    for (int i = 0; i < inputs.length; i++) {
      List<Dimension> dimensions =
          shapes.get(i).stream().map(d -> d < 0 ? length : Dimension.of(d)).toList();
      inputs[i] = builder.input("x" + i, ElementType.FLOAT32, new Shape(dimensions));
    }
    builder.output("y", builder.node(operator, inputs));
    return builder.build();
  }

  @Test
  void addIntoLayerNormalizationKeepsTheSum() {
    Graph graph = residual(true);
    Map<String, DenseTensor> inputs =
        Map.of("a", OnnxRuntimeRun.noise(1, 2, 9, 48), "b", OnnxRuntimeRun.noise(2, 2, 9, 48));
    List<float[]> expected = OnnxRuntimeRun.run(graph, Lowerings.plain(), folder, inputs);
    List<float[]> actual = OnnxRuntimeRun.run(graph, Lowerings.cpu(), folder, inputs);
    for (int i = 0; i < 2; i++) {
      double error = OnnxRuntimeRun.relativeError(expected.get(i), actual.get(i));
      assertTrue(error <= TOLERANCE, "output " + i + ": " + error);
    }
    assertEquals(
        List.of("com.microsoft.SkipLayerNormalization", LoweringChoice.FUSED), lowerings(graph));
  }

  @Test
  void addOfOtherShapesDoesNotFuse() {
    assertEquals(
        List.of("as in ONNX", "com.microsoft.SkipLayerNormalization"), lowerings(residual(false)));
  }

  private static List<String> lowerings(Graph graph) {
    return Lowerings.cpu().lower(graph).choices().stream().map(LoweringChoice::lowering).toList();
  }

  private static Graph residual(boolean sameShapes) {
    GraphBuilder builder = new GraphBuilder("residual");
    Value a = builder.input("a", ElementType.FLOAT32, Shape.of(2L, 9L, 48L));
    Value b = builder.input("b", ElementType.FLOAT32, Shape.of(sameShapes ? 2L : 1L, 9L, 48L));
    Value sum = builder.add(a, b);
    Value scale = builder.weight("scale", OnnxRuntimeRun.noise(3, 48));
    Value bias = builder.weight("bias", OnnxRuntimeRun.noise(4, 48));
    builder.output("normalized", builder.node(new LayerNormalization(1e-5), sum, scale, bias));
    builder.output("sum", sum);
    return builder.build();
  }

  /**
   * The kernel for residual sums takes the variance in one pass: the error grows with the square of
   * mean over deviation, here 5.
   */
  @Test
  void layersWithAMeanFarFromZeroStayAccurate() {
    GraphBuilder builder = new GraphBuilder("large_mean");
    Value x = builder.input("x", ElementType.FLOAT32, Shape.of(1L, 16L, 320L));
    Value scale = builder.fill(ElementType.FLOAT32, List.of(320L), 1);
    builder.output("y", builder.node(new LayerNormalization(1e-5), x, scale));
    Graph graph = builder.build();
    float[] values = OnnxRuntimeRun.noise(1, 1, 16, 320).toFloats();
    float[] expected = new float[values.length];
    for (int row = 0; row < 16; row++) {
      double mean = 0;
      double square = 0;
      for (int i = 320 * row; i < 320 * (row + 1); i++) {
        values[i] += 5;
        mean += values[i] / 320.0;
      }
      for (int i = 320 * row; i < 320 * (row + 1); i++) {
        square += (values[i] - mean) * (values[i] - mean) / 320.0;
      }
      for (int i = 320 * row; i < 320 * (row + 1); i++) {
        expected[i] = (float) ((values[i] - mean) / Math.sqrt(square + 1e-5));
      }
    }
    Map<String, DenseTensor> inputs =
        Map.of("x", DenseTensor.ofFloats(List.of(1L, 16L, 320L), values));
    for (Lowerings lowerings : List.of(Lowerings.plain(), Lowerings.cpu())) {
      float[] actual = OnnxRuntimeRun.run(graph, lowerings, folder, inputs).get(0);
      double error = OnnxRuntimeRun.relativeError(expected, actual);
      assertTrue(error <= 2e-5, "relative error " + error);
    }
  }

  @Test
  void otherElementTypesAreDecomposed() {
    GraphBuilder builder = new GraphBuilder("half");
    Value x = builder.input("x", ElementType.FLOAT16, Shape.of(2L, 3L));
    builder.output("y", builder.node(new Silu(), x));
    LoweringChoice choice = Lowerings.cpu().lower(builder.build()).choices().get(0);
    assertEquals(LoweringChoice.DECOMPOSED, choice.lowering());
    assertEquals(
        List.of("com.microsoft.QuickGelu: ONNX Runtime has no CPU kernel for f16"),
        choice.refusals());
  }
}
