package io.dopt.quantizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.ir.Graph;
import io.dopt.ir.Weight;
import io.dopt.ir.operator.QuantizedAttention;
import io.dopt.quantizer.QuantizationRecipe.AttentionChoice;
import io.dopt.quantizer.QuantizationRecipe.WeightScaleMethod;
import io.dopt.quantizer.calibration.CalibrationTable;
import io.dopt.quantizer.calibration.MinMaxRange;
import io.dopt.quantizer.calibration.ValueStatistics;
import io.dopt.quantizer.weight.BiasRoom;
import io.dopt.quantizer.weight.WeightScales;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.Granularity;
import io.dopt.tensor.QuantizationParameters;
import io.dopt.tensor.SymmetricFormat;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A transformer block with a convolution in front, quantized in every way. */
class QuantizeLayersTest {
  private static final Graph GRAPH = TransformerBlock.GRAPH;

  private static QuantizationRecipe recipe(Precision precision, Exclusion... exclusions) {
    return new QuantizationRecipe(
        QuantizationScheme.CPU,
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

  /** The relative errors that rounding to so many bits gives, with room for other processors. */
  @ParameterizedTest
  @EnumSource(names = {"INT8", "FLOAT8", "INT8_WEIGHT", "INT4_WEIGHT"})
  void computesNearlyTheSame(Precision precision) {
    QuantizationRecipe recipe = recipe(precision);
    PrecisionPlan plan = PrecisionPlan.of(GRAPH, recipe, Map.of());
    Graph quantized =
        QuantizeLayers.apply(GRAPH, plan, recipe, Optional.of(TransformerBlock.calibration()));
    assertEquals(List.of(), plan.differences(quantized));
    double limit =
        Map.of("int8", 0.05, "fp8", 0.2, "int8-weight", 0.02, "int4-weight", 0.2)
            .get(precision.text());
    double error = TransformerBlock.error(quantized);
    assertTrue(error > 1e-4 && error < limit, precision + ": " + error);
  }

  @Test
  void aBranchOfLowRankMakesFourBitsMoreExact() {
    QuantizationRecipe plain = recipe(Precision.INT4_WEIGHT);
    QuantizationRecipe branch =
        new QuantizationRecipe(
            QuantizationScheme.CPU,
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
        TransformerBlock.error(QuantizeLayers.apply(GRAPH, plan, branch, Optional.empty()))
            < TransformerBlock.error(QuantizeLayers.apply(GRAPH, plan, plain, Optional.empty())));
  }

  @Test
  void smoothingMovesScalesAndKeepsTheProduct() {
    QuantizationRecipe recipe = recipe(Precision.INT8);
    PrecisionPlan plan = PrecisionPlan.of(GRAPH, recipe, Map.of());
    ActivationRanges ranges =
        new ActivationRanges(TransformerBlock.calibration(), new MinMaxRange(), Map.of());
    for (Smoothing smoothing : List.of(new Smoothing.Fixed(0.5), new Smoothing.Searched())) {
      SmoothLayerNormalizations smoothed =
          new SmoothLayerNormalizations(GRAPH, plan, ranges, smoothing);
      assertEquals(1, smoothed.factors().size());
      assertTrue(TransformerBlock.error(smoothed.smoothed()) < 1e-5);
    }
  }

  @Test
  void smoothingLeavesAloneWhatOthersRead() {
    QuantizationRecipe recipe = recipe(Precision.INT8, Exclusion.byUser("to_k"));
    PrecisionPlan plan = PrecisionPlan.of(GRAPH, recipe, Map.of());
    ActivationRanges ranges =
        new ActivationRanges(TransformerBlock.calibration(), new MinMaxRange(), Map.of());
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
    Graph quantized =
        QuantizeLayers.apply(GRAPH, plan, recipe, Optional.of(TransformerBlock.calibration()));
    assertEquals(List.of(), plan.differences(quantized));
    assertTrue(
        quantized.nodes().stream().anyMatch(node -> node.operator() instanceof QuantizedAttention));
  }

  /** One channel of zeros, one of tiny weights: their outputs are their biases. */
  @Test
  void biasesOfChannelsWithoutWeightsFitIntegers() {
    float[] values = TransformerBlock.noise(11, 4, 4, 3, 3).toFloats();
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
    CalibrationTable all = TransformerBlock.calibration();
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
            QuantizationScheme.CPU,
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
