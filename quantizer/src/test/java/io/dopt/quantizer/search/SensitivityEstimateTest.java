package io.dopt.quantizer.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.ir.Graph;
import io.dopt.ir.GraphParser;
import io.dopt.ir.WeightResolver;
import io.dopt.quantizer.Precision;
import io.dopt.quantizer.PrecisionPlan;
import io.dopt.quantizer.QuantizationRecipe;
import io.dopt.quantizer.QuantizationRecipe.AttentionChoice;
import io.dopt.quantizer.QuantizationRecipe.WeightScaleMethod;
import io.dopt.quantizer.QuantizationScheme;
import io.dopt.quantizer.Smoothing;
import io.dopt.quantizer.calibration.BucketStatistics;
import io.dopt.quantizer.calibration.CalibrationSettings;
import io.dopt.quantizer.calibration.CalibrationTable;
import io.dopt.quantizer.calibration.Histogram;
import io.dopt.quantizer.calibration.RangeMethod;
import io.dopt.quantizer.calibration.TimestepBuckets;
import io.dopt.quantizer.calibration.ValueStatistics;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SensitivityEstimateTest {
  private static final Graph GRAPH =
      GraphParser.parse(
          "layers",
          """
          graph layers
          symbol n = 1..8
          input %x : f32[n, 2]
          weight %w : f32[2, 2] = [127.0, 64.0, -32.0, 127.0]
          %exact/MatMul : f32[n, 2] = MatMul(%x, %w)
          weight %v : f32[2, 2] = [127.0, 64.4, -32.4, 127.0]
          %rounded/MatMul : f32[n, 2] = MatMul(%exact/MatMul, %v)
          output y = %rounded/MatMul
          """,
          WeightResolver.NONE);

  private static QuantizationRecipe recipe(String range) {
    return new QuantizationRecipe(
        QuantizationScheme.CPU,
        Precision.INT8,
        List.of(),
        RangeMethod.parse(range),
        WeightScaleMethod.MAXIMUM,
        new Smoothing.None(),
        true,
        32,
        0,
        AttentionChoice.NONE);
  }

  /** Every value is 1, but that many of 1000 are an outlier. */
  private static BucketStatistics values(int outliers, int outlier) {
    int scale = Histogram.BINS / 2 / 64;
    long[] counts = new long[outlier * scale + 1];
    counts[scale] = 1000 - outliers;
    counts[outlier * scale] += outliers;
    return new BucketStatistics(1000, 0, outlier, 1, Histogram.of(64, Histogram.BINS / 2, counts));
  }

  private static CalibrationTable table(BucketStatistics... input) {
    TreeMap<String, ValueStatistics> statistics = new TreeMap<>();
    BucketStatistics output = values(1, 2);
    for (String name : List.of("exact/MatMul", "rounded/MatMul")) {
      statistics.put(name, value(java.util.Collections.nCopies(input.length, output)));
    }
    statistics.put("x", value(List.of(input)));
    return new CalibrationTable(
        CalibrationTable.FORMAT_VERSION,
        "0".repeat(64),
        new CalibrationSettings("0".repeat(64), 1, 0, 1, 1, 8, 8, "DDIMScheduler"),
        TimestepBuckets.uniform(1000, input.length),
        statistics);
  }

  private static ValueStatistics value(List<BucketStatistics> buckets) {
    return new ValueStatistics(1, buckets, List.of(1.0, 1.0), List.of(1.0, 1.0));
  }

  private static Map<String, Sensitivity> estimate(String range, BucketStatistics... input) {
    return SensitivityEstimate.of(
        GRAPH,
        List.of("exact/MatMul", "rounded/MatMul"),
        recipe(range),
        table(input),
        Map.of("n", 3L));
  }

  @Test
  void growsWithTheRangeOfTheInput() {
    double last = 0;
    for (int outlier : List.of(2, 8, 32)) {
      double noise = estimate("min-max", values(1, outlier)).get("exact/MatMul").mean();
      assertTrue(noise > last, outlier + ": " + noise);
      last = noise;
    }
  }

  /** Weights that are multiples of their scale add nothing: the rounding of three rows is left. */
  @Test
  void isTheRoundingOfTheInputThroughTheWeight() {
    double scale = 2.0 / 255;
    double gain = (127 * 127 + 64 * 64 + 32 * 32 + 127 * 127) / 2.0;
    // 1 lies at the lower end of a bin 1/16 wide, and counts as its middle.
    double signal = Math.pow(1 + 1.0 / 32, 2);
    double expected = 3 * gain * scale * scale / 12 / signal;
    double actual = estimate("min-max", values(1, 2)).get("exact/MatMul").mean();
    assertEquals(expected, actual, 0.01 * expected);
  }

  @Test
  void countsTheRoundingOfTheWeight() {
    Map<String, Sensitivity> noise = estimate("min-max", values(1, 2));
    double perInput = noise.get("exact/MatMul").mean();
    assertTrue(noise.get("rounded/MatMul").mean() > 1.05 * perInput, noise.toString());
  }

  @Test
  void keepsTimestepsApartAndLeavesOutThoseWithoutSteps() {
    Sensitivity noise =
        estimate("min-max", values(1, 2), BucketStatistics.EMPTY, values(1, 2)).get("exact/MatMul");
    assertEquals(3, noise.byBucket().size());
    assertEquals(0, noise.byBucket().get(1));
    assertEquals(noise.byBucket().get(0), noise.mean(), 1e-12);
  }

  @Test
  void refusesACalibrationOfSomethingElse() {
    CalibrationTable table = table(values(1, 2));
    TreeMap<String, ValueStatistics> others = new TreeMap<>(table.values());
    others.remove("x");
    CalibrationTable other =
        new CalibrationTable(1, table.graph(), table.settings(), table.timesteps(), others);
    DoptException refused =
        assertThrows(
            DoptException.class,
            () ->
                SensitivityEstimate.of(
                    GRAPH, List.of("exact/MatMul"), recipe("mse"), other, Map.of("n", 3L)));
    assertEquals(ErrorCode.BAD_INPUT, refused.code());
    assertTrue(refused.getMessage().contains("'x'"), refused.getMessage());
  }

  @Test
  void countsMultiplicationsAtAShape() {
    PrecisionPlan.layersOf(GRAPH)
        .forEach(layer -> assertEquals(12, Multiplications.of(layer, Map.of("n", 3L))));
    assertEquals(24, Multiplications.of(GRAPH, Map.of("n", 3L)));
  }
}
