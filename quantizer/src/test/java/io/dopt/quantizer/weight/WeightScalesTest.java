package io.dopt.quantizer.weight;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.ir.Weight;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.Granularity;
import io.dopt.tensor.QuantizationParameters;
import io.dopt.tensor.SymmetricFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class WeightScalesTest {
  /**
   * Both sides choose among the same candidates; some small blocks have two that are equally good.
   */
  @ParameterizedTest
  @CsvSource({"INT8, i8", "INT4, i4", "FLOAT8E4M3FN, f8"})
  void findsTheRecordedScales(SymmetricFormat format, String name) {
    Weight weight = Weight.of("x", Reference.tensor("x"));
    for (String granularity : List.of("axis0", "axis1", "axis2", "block1", "block0", "block2")) {
      String key = name + "." + granularity;
      Granularity by = Reference.granularity(granularity);
      assertArrayEquals(
          Reference.tensor(key + ".scale").toFloats(),
          WeightScales.ofMaximum(weight, format, by).scale().toFloats(),
          key);
      QuantizationParameters expected =
          new QuantizationParameters(format, by, Reference.tensor(key + ".least"));
      QuantizationParameters actual = WeightScales.ofLeastError(weight, format, by);
      assertEquals(expected.scale().shape(), actual.scale().shape());
      assertEquals(error(weight, expected), error(weight, actual), 1e-6, key);
      assertTrue(same(expected, actual) >= 0.98, key);
    }
  }

  /** The share of scales that are equal but for the last bits. */
  private static double same(QuantizationParameters expected, QuantizationParameters actual) {
    float[] left = expected.scale().toFloats();
    float[] right = actual.scale().toFloats();
    int equal = 0;
    for (int i = 0; i < left.length; i++) {
      equal += Math.abs(left[i] - right[i]) <= 1e-6 * left[i] ? 1 : 0;
    }
    return (double) equal / left.length;
  }

  @ParameterizedTest
  @EnumSource
  void leastErrorIsNeverMoreThanThatOfMaxima(SymmetricFormat format) {
    for (long seed = 0; seed < 5; seed++) {
      Weight weight = Reference.heavyTailed(seed, 96, 40);
      for (Granularity by :
          List.of(
              new Granularity.PerTensor(),
              new Granularity.PerAxis(0),
              new Granularity.PerAxis(1),
              new Granularity.Blocked(0, 32),
              new Granularity.Blocked(1, 32))) {
        double maximum = error(weight, WeightScales.ofMaximum(weight, format, by));
        double least = error(weight, WeightScales.ofLeastError(weight, format, by));
        assertTrue(least <= maximum, format + " " + by + ": " + least + " over " + maximum);
        assertTrue(format != SymmetricFormat.INT4 || least < 0.95 * maximum, by + " " + least);
      }
    }
  }

  private static double error(Weight weight, QuantizationParameters parameters) {
    return QuantizationError.relative(weight.data(), parameters);
  }

  @Test
  void importantChannelsAreKeptBetter() {
    Weight weight = Reference.heavyTailed(9, 64, 24);
    float[] meanSquare = new float[64];
    for (int i = 0; i < meanSquare.length; i++) {
      meanSquare[i] = i < 4 ? 100 : 0.01f;
    }
    ChannelStatistic importance = ChannelStatistic.of(0, meanSquare);
    Granularity by = new Granularity.PerAxis(1);
    double plain =
        outputError(
            weight, WeightScales.ofLeastError(weight, SymmetricFormat.INT4, by), meanSquare);
    double weighted =
        outputError(
            weight,
            WeightScales.ofLeastError(weight, SymmetricFormat.INT4, by, importance),
            meanSquare);
    assertTrue(weighted < 0.9 * plain, weighted + " against " + plain);
  }

  private static double outputError(
      Weight weight, QuantizationParameters parameters, float[] meanSquare) {
    float[] values = DenseTensor.read(weight.data()).toFloats();
    float[] scales = parameters.scale().toFloats();
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      float rounded =
          QuantizationError.rounded(parameters.format(), values[i], scales[i % scales.length]);
      sum += meanSquare[i / scales.length] * Math.pow(values[i] - rounded, 2);
    }
    return sum;
  }

  @Test
  void zerosHaveScaleOne() {
    Weight zeros = Weight.of("zeros", DenseTensor.ofFloats(List.of(2L, 3L), new float[6]));
    Granularity by = new Granularity.PerAxis(0);
    assertArrayEquals(
        new float[] {1, 1},
        WeightScales.ofLeastError(zeros, SymmetricFormat.INT8, by).scale().toFloats());
    assertEquals(0, error(zeros, WeightScales.ofMaximum(zeros, SymmetricFormat.INT8, by)));
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void refusesAWeightThatIsNotAllNumbers(float hostile) {
    Weight weight =
        Weight.of("up.1.conv.weight", DenseTensor.ofFloats(List.of(2L, 2L), 1, 2, hostile, 4));
    DoptException error =
        assertThrows(
            DoptException.class,
            () ->
                WeightScales.ofLeastError(
                    weight, SymmetricFormat.INT8, new Granularity.PerAxis(1)));
    assertEquals(ErrorCode.QUALITY, error.code());
    assertTrue(error.getMessage().contains("up.1.conv.weight contains"), error.getMessage());
  }

  @Test
  void refusesImportanceOfOtherChannels() {
    Weight weight = Reference.heavyTailed(1, 4, 3);
    Granularity by = new Granularity.PerAxis(1);
    assertThrows(
        DoptException.class,
        () ->
            WeightScales.ofLeastError(
                weight, SymmetricFormat.INT8, by, ChannelStatistic.of(0, 1, 2, 3)));
  }
}
