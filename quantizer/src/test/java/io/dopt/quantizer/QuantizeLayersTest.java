package io.dopt.quantizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.ir.Graph;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Node;
import io.dopt.ir.Value;
import io.dopt.ir.Weight;
import io.dopt.ir.operator.Attention;
import io.dopt.ir.operator.LayerNormalization;
import io.dopt.ir.operator.QuantizedAttention;
import io.dopt.passes.evaluation.GraphInterpreter;
import io.dopt.passes.evaluation.OperatorEvaluator;
import io.dopt.quantizer.QuantizationRecipe.AttentionChoice;
import io.dopt.quantizer.QuantizationRecipe.WeightScaleMethod;
import io.dopt.quantizer.calibration.BucketStatistics;
import io.dopt.quantizer.calibration.CalibrationSettings;
import io.dopt.quantizer.calibration.CalibrationTable;
import io.dopt.quantizer.calibration.MinMaxRange;
import io.dopt.quantizer.calibration.TimestepBuckets;
import io.dopt.quantizer.calibration.ValueStatistics;
import io.dopt.quantizer.weight.BiasRoom;
import io.dopt.quantizer.weight.WeightScales;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.Granularity;
import io.dopt.tensor.QuantizationParameters;
import io.dopt.tensor.Shape;
import io.dopt.tensor.SymmetricFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A transformer block with a convolution in front, quantized in every way. */
class QuantizeLayersTest {
  private static final int TOKENS = 16;
  private static final int CHANNELS = 32;

  private static final Graph GRAPH = graph();

  private static Graph graph() {
    GraphBuilder b = new GraphBuilder("block");
    Value image = b.input("image", ElementType.FLOAT32, Shape.of(1L, 4L, 4L, 4L));
    Value features;
    try (GraphBuilder.Scope scope = b.scope("conv")) {
      features =
          b.conv2d(
              image,
              b.weight("conv.w", noise(1, CHANNELS, 4, 3, 3)),
              b.weight("cb", noise(2, CHANNELS)),
              1,
              1);
    }
    Value tokens = b.transpose(b.reshape(features, Shape.of(1L, CHANNELS, TOKENS)), 0, 2, 1);
    Value normalized =
        b.node(
            new LayerNormalization(1e-5),
            tokens,
            b.weight("norm.scale", noise(3, CHANNELS)),
            b.weight("norm.bias", noise(4, CHANNELS)));
    List<Value> projected = new ArrayList<>();
    for (String name : List.of("to_q", "to_k", "to_v")) {
      try (GraphBuilder.Scope scope = b.scope(name)) {
        projected.add(
            b.matMul(
                normalized,
                b.weight(name + ".w", noise(projected.size() + 5, CHANNELS, CHANNELS))));
      }
    }
    Value attended;
    try (GraphBuilder.Scope scope = b.scope("attn")) {
      attended =
          b.node(
              new Attention(2, 0.05, false), projected.get(0), projected.get(1), projected.get(2));
    }
    try (GraphBuilder.Scope scope = b.scope("to_out")) {
      b.output(
          "y",
          b.add(
              b.matMul(attended, b.weight("to_out.w", noise(8, CHANNELS, CHANNELS))),
              b.weight("ob", noise(9, CHANNELS))));
    }
    return b.build();
  }

  private static DenseTensor noise(long seed, long... shape) {
    List<Long> dims = Arrays.stream(shape).boxed().toList();
    float[] values = new float[(int) dims.stream().reduce(1L, (a, c) -> a * c).longValue()];
    Random random = new Random(seed);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return DenseTensor.ofFloats(dims, values);
  }

  private static QuantizationRecipe recipe(Precision precision, Exclusion... exclusions) {
    return new QuantizationRecipe(
        precision,
        List.of(exclusions),
        new MinMaxRange(),
        WeightScaleMethod.LEAST_ERROR,
        new Smoothing.None(),
        true,
        16,
        0,
        AttentionChoice.ALL);
  }

  private static final DenseTensor IMAGE = noise(10, 1, 4, 4, 4);

  /** The values of one run, as a calibration would keep them. */
  private static CalibrationTable calibration() {
    Map<String, DenseTensor> values = new LinkedHashMap<>();
    for (Node node : GRAPH.nodes()) {
      node.outputs().forEach(value -> values.put(value.name(), evaluate(value)));
    }
    values.put("image", IMAGE);
    TreeMap<String, ValueStatistics> statistics = new TreeMap<>();
    values.forEach((name, tensor) -> statistics.put(name, statistics(tensor)));
    return new CalibrationTable(
        CalibrationTable.FORMAT_VERSION,
        "0".repeat(64),
        new CalibrationSettings("0".repeat(64), 1, 0, 1, 1, 8, 8, "DDIMScheduler"),
        TimestepBuckets.uniform(1000, 1),
        statistics);
  }

  private static DenseTensor evaluate(Value value) {
    Graph part = GRAPH.with(GRAPH.weights(), GRAPH.nodes(), Map.of("value", value));
    return new GraphInterpreter(new OperatorEvaluator())
        .evaluate(part, Map.of("image", IMAGE))
        .get("value");
  }

  private static ValueStatistics statistics(DenseTensor tensor) {
    int axis = tensor.shape().size() == 4 ? 1 : tensor.shape().size() - 1;
    int channels = Math.toIntExact(tensor.shape().get(axis));
    int inner = tensor.shape().size() == 4 ? TOKENS : 1;
    double[] values = tensor.toDoubles();
    double[] maximum = new double[channels];
    double[] mean = new double[channels];
    double least = 0;
    double most = 0;
    for (int i = 0; i < values.length; i++) {
      int channel = i / inner % channels;
      maximum[channel] = Math.max(maximum[channel], Math.abs(values[i]));
      mean[channel] += values[i] * channels / values.length;
      least = Math.min(least, values[i]);
      most = Math.max(most, values[i]);
    }
    BucketStatistics bucket =
        new BucketStatistics(values.length, least, most, 0, BucketStatistics.EMPTY.histogram());
    return new ValueStatistics(axis, List.of(bucket), boxed(maximum), boxed(mean));
  }

  private static List<Double> boxed(double[] values) {
    return Arrays.stream(values).boxed().toList();
  }

  private static double error(Graph quantized) {
    double[] exact = run(GRAPH);
    double[] actual = run(quantized);
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < exact.length; i++) {
      difference += (exact[i] - actual[i]) * (exact[i] - actual[i]);
      norm += exact[i] * exact[i];
    }
    return Math.sqrt(difference / norm);
  }

  private static double[] run(Graph graph) {
    return new GraphInterpreter(new OperatorEvaluator())
        .evaluate(graph, Map.of("image", IMAGE))
        .get("y")
        .toDoubles();
  }

  /** The relative errors that rounding to so many bits gives, with room for other processors. */
  @ParameterizedTest
  @EnumSource(names = {"INT8", "FLOAT8", "INT8_WEIGHT", "INT4_WEIGHT"})
  void computesNearlyTheSame(Precision precision) {
    QuantizationRecipe recipe = recipe(precision);
    PrecisionPlan plan = PrecisionPlan.of(GRAPH, recipe, Map.of());
    Graph quantized = QuantizeLayers.apply(GRAPH, plan, recipe, Optional.of(calibration()));
    assertEquals(List.of(), plan.differences(quantized));
    double limit =
        Map.of("int8", 0.05, "fp8", 0.2, "int8-weight", 0.02, "int4-weight", 0.2)
            .get(precision.text());
    double error = error(quantized);
    assertTrue(error > 1e-4 && error < limit, precision + ": " + error);
  }

  @Test
  void aBranchOfLowRankMakesFourBitsMoreExact() {
    QuantizationRecipe plain = recipe(Precision.INT4_WEIGHT);
    QuantizationRecipe branch =
        new QuantizationRecipe(
            Precision.INT4_WEIGHT,
            List.of(),
            new MinMaxRange(),
            WeightScaleMethod.LEAST_ERROR,
            new Smoothing.None(),
            false,
            16,
            8,
            AttentionChoice.NONE);
    PrecisionPlan plan = PrecisionPlan.of(GRAPH, plain, Map.of());
    assertTrue(
        error(QuantizeLayers.apply(GRAPH, plan, branch, Optional.empty()))
            < error(QuantizeLayers.apply(GRAPH, plan, plain, Optional.empty())));
  }

  @Test
  void smoothingMovesScalesAndKeepsTheProduct() {
    QuantizationRecipe recipe = recipe(Precision.INT8);
    PrecisionPlan plan = PrecisionPlan.of(GRAPH, recipe, Map.of());
    ActivationRanges ranges = new ActivationRanges(calibration(), new MinMaxRange(), Map.of());
    for (Smoothing smoothing : List.of(new Smoothing.Fixed(0.5), new Smoothing.Searched())) {
      SmoothLayerNormalizations smoothed =
          new SmoothLayerNormalizations(GRAPH, plan, ranges, smoothing);
      assertEquals(1, smoothed.factors().size());
      assertTrue(error(smoothed.smoothed()) < 1e-5);
    }
  }

  @Test
  void smoothingLeavesAloneWhatOthersRead() {
    QuantizationRecipe recipe = recipe(Precision.INT8, Exclusion.byUser("to_k"));
    PrecisionPlan plan = PrecisionPlan.of(GRAPH, recipe, Map.of());
    ActivationRanges ranges = new ActivationRanges(calibration(), new MinMaxRange(), Map.of());
    SmoothLayerNormalizations smoothed =
        new SmoothLayerNormalizations(GRAPH, plan, ranges, new Smoothing.Fixed(0.5));
    assertTrue(smoothed.factors().isEmpty());
    assertEquals(GRAPH, smoothed.smoothed());
  }

  @Test
  void excludedLayersStayAsTheyAre() {
    QuantizationRecipe recipe = recipe(Precision.INT8, Exclusion.byUser("^to_"));
    PrecisionPlan plan = PrecisionPlan.of(GRAPH, recipe, Map.of());
    assertEquals(Precision.FLOAT32, plan.layers().get("to_q/MatMul"));
    assertEquals(Precision.INT8, plan.layers().get("conv/Conv"));
    Graph quantized = QuantizeLayers.apply(GRAPH, plan, recipe, Optional.of(calibration()));
    assertEquals(List.of(), plan.differences(quantized));
    assertTrue(
        quantized.nodes().stream().anyMatch(node -> node.operator() instanceof QuantizedAttention));
  }

  /** One channel of zeros, one of tiny weights: their outputs are their biases. */
  @Test
  void biasesOfChannelsWithoutWeightsFitIntegers() {
    float[] values = noise(11, 4, 4, 3, 3).toFloats();
    Arrays.fill(values, 0, 36, 0);
    Arrays.fill(values, 36, 72, 1e-8f);
    Weight weight = Weight.of("w", DenseTensor.ofFloats(List.of(4L, 4L, 3L, 3L), values));
    DenseTensor bias = DenseTensor.ofFloats(List.of(4L), 0.01f, 1, -0.5f, 0);
    float activation = 0.02f;
    QuantizationParameters before =
        WeightScales.ofMaximum(weight, SymmetricFormat.INT8, new Granularity.PerAxis(0));
    float[] old = before.scale().toFloats();
    float[] scales = BiasRoom.of(weight, before, bias, activation).scale().toFloats();
    for (int channel = 0; channel < 2; channel++) {
      double stored = Math.rint(bias.toFloats()[channel] / (activation * (double) scales[channel]));
      assertTrue(stored <= 1 << 30 && stored > 1 << 29, "stored as " + stored);
    }
    assertEquals(old[2], scales[2]);
    assertEquals(old[3], scales[3]);
  }

  @Test
  void saysWhatIsExcludedAndWhy() {
    assertEquals(
        Map.of(
            "--exclude ^to_",
            List.of("to_k/MatMul", "to_out/MatMul", "to_q/MatMul", "to_v/MatMul")),
        ExcludedLayers.of(GRAPH, recipe(Precision.INT8, Exclusion.byUser("^to_")), Map.of()));
  }

  @Test
  void exclusionsThatFitNothingAreRefused() {
    QuantizationRecipe recipe = recipe(Precision.INT8, Exclusion.byUser("to_qq"));
    DoptException error =
        assertThrows(DoptException.class, () -> PrecisionPlan.of(GRAPH, recipe, Map.of()));
    assertEquals(ErrorCode.USAGE, error.code());
    assertTrue(error.getMessage().contains("'to_qq'"), error.getMessage());
    assertThrows(DoptException.class, () -> Exclusion.byUser("(("));
  }

  @Test
  void valuesThatWereNotObservedAreRefused() {
    CalibrationTable all = calibration();
    TreeMap<String, ValueStatistics> fewer = new TreeMap<>(all.values());
    fewer.remove("image");
    CalibrationTable table =
        new CalibrationTable(
            all.formatVersion(), all.graph(), all.settings(), all.timesteps(), fewer);
    QuantizationRecipe recipe = recipe(Precision.INT8);
    PrecisionPlan plan = PrecisionPlan.of(GRAPH, recipe, Map.of());
    DoptException error =
        assertThrows(
            DoptException.class,
            () -> QuantizeLayers.apply(GRAPH, plan, recipe, Optional.of(table)));
    assertEquals(ErrorCode.BAD_INPUT, error.code());
    assertTrue(error.getMessage().contains("'image'"), error.getMessage());
    assertThrows(
        DoptException.class, () -> QuantizeLayers.apply(GRAPH, plan, recipe, Optional.empty()));
  }

  @Test
  void smallAttentionsStayInFloat() {
    QuantizationRecipe all = recipe(Precision.INT8);
    QuantizationRecipe large =
        new QuantizationRecipe(
            Precision.INT8,
            List.of(),
            new MinMaxRange(),
            WeightScaleMethod.MAXIMUM,
            new Smoothing.None(),
            true,
            32,
            0,
            AttentionChoice.LARGE);
    assertEquals(
        Precision.INT8, PrecisionPlan.of(GRAPH, all, Map.of()).layers().get("attn/Attention"));
    assertEquals(
        Precision.FLOAT32, PrecisionPlan.of(GRAPH, large, Map.of()).layers().get("attn/Attention"));
    assertFalse(PrecisionPlan.of(GRAPH, all, Map.of()).quantized().isEmpty());
  }
}
