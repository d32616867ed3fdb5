package io.dopt.quantizer.calibration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.SymmetricFormat;
import java.io.IOException;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against what numpy and onnxruntime choose; record_ranges.py beside ranges.json says how. */
class RangeMethodTest {
  private static final int COUNT = 20000;

  /** As the functions of the same names in record_ranges.py. */
  private enum Distribution {
    LOGISTIC,
    OUTLIERS,
    SILU,
    POSITIVE;

    private float number(int i) {
      double u = (i + 0.5) / COUNT;
      float x = (float) Math.log(u / (1 - u));
      return switch (this) {
        case LOGISTIC -> x;
        case OUTLIERS -> i < 20 ? -40 : i >= COUNT - 20 ? 60 : x;
        case SILU -> (float) (x / (1 + Math.exp(-x)));
        case POSITIVE -> Math.abs(x);
      };
    }

    private float[] numbers() {
      float[] numbers = new float[COUNT];
      for (int i = 0; i < COUNT; i++) {
        numbers[i] = number(i);
      }
      return numbers;
    }
  }

  private static BucketStatistics statistics(float... numbers) {
    double minimum = Double.POSITIVE_INFINITY;
    double maximum = Double.NEGATIVE_INFINITY;
    double sum = 0;
    for (float number : numbers) {
      minimum = Math.min(minimum, number);
      maximum = Math.max(maximum, number);
      sum += number;
    }
    HistogramCounter counter = new HistogramCounter();
    counter.add(numbers, 0, numbers.length);
    return new BucketStatistics(
        numbers.length, minimum, maximum, sum / numbers.length, counter.histogram());
  }

  private static JsonNode expected(Distribution distribution) {
    try {
      return new ObjectMapper()
          .readTree(RangeMethodTest.class.getResourceAsStream("ranges.json"))
          .get(distribution.name().toLowerCase(Locale.ROOT));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void assertRange(JsonNode expected, Range actual, double tolerance) {
    assertEquals(expected.get(0).asDouble(), actual.minimum(), tolerance);
    assertEquals(expected.get(1).asDouble(), actual.maximum(), tolerance);
  }

  @ParameterizedTest
  @EnumSource
  void minMaxIsEverything(Distribution distribution) {
    JsonNode expected = expected(distribution);
    Range range = new MinMaxRange().range(statistics(distribution.numbers()), 256);
    assertEquals(expected.get("minimum").asDouble(), range.minimum(), 1e-6);
    assertEquals(expected.get("maximum").asDouble(), range.maximum(), 1e-6);
  }

  /** Numpy has the numbers themselves, we their bins: a bin's width is the tolerance. */
  @ParameterizedTest
  @EnumSource
  void percentilesAreNumpys(Distribution distribution) {
    BucketStatistics statistics = statistics(distribution.numbers());
    double width = statistics.histogram().width();
    JsonNode expected = expected(distribution);
    assertRange(
        expected.get("percentile99.9"), new PercentileRange(99.9).range(statistics, 256), width);
    assertRange(
        expected.get("percentile99"), new PercentileRange(99).range(statistics, 256), width);
  }

  /** Onnxruntime ends at an edge of one of its 2048 bins. */
  @ParameterizedTest
  @EnumSource
  void percentilesAreOnnxruntimes(Distribution distribution) {
    BucketStatistics statistics = statistics(distribution.numbers());
    assertRange(
        expected(distribution).get("onnxruntimePercentile99"),
        new PercentileRange(99).range(statistics, 256),
        2 * statistics.histogram().width());
  }

  @ParameterizedTest
  @EnumSource
  void entropyIsMigaczs(Distribution distribution) {
    BucketStatistics statistics = statistics(distribution.numbers());
    Range range = new EntropyRange().range(statistics, 256);
    JsonNode expected = expected(distribution);
    double threshold = expected.get("entropy256").asDouble();
    assertEquals(Math.min(threshold, statistics.maximum()), range.maximum(), 1e-6);
    assertEquals(Math.max(-threshold, statistics.minimum()), range.minimum(), 1e-6);
  }

  /** Its error is not above that of the best of 9801 ranges by more than the bins' blur. */
  @ParameterizedTest
  @EnumSource
  void meanSquaredErrorIsTheLeast(Distribution distribution) {
    float[] numbers = distribution.numbers();
    for (int levels : new int[] {256, 16}) {
      JsonNode best = expected(distribution).get("mse" + levels);
      Range range = new MeanSquaredErrorRange().range(statistics(numbers), levels);
      double error = error(numbers, range, levels);
      assertTrue(error < 1.06 * best.get("error").asDouble(), range + " has " + error);
      assertTrue(error < 1.01 * best.get("min_max_error").asDouble(), range + " has " + error);
    }
  }

  @ParameterizedTest
  @EnumSource
  void magnitudesAreNumpys(Distribution distribution) {
    BucketStatistics statistics = statistics(distribution.numbers());
    double width = statistics.histogram().width();
    JsonNode expected = expected(distribution).get("symmetric");
    SymmetricFormat format = SymmetricFormat.INT8;
    assertEquals(
        statistics.absoluteMaximum(), new MinMaxRange().magnitude(statistics, format), 0.0);
    for (String percent : new String[] {"99", "99.9"}) {
      assertEquals(
          expected.get("percentile" + percent).asDouble(),
          RangeMethod.parse("percentile-" + percent).magnitude(statistics, format),
          width);
    }
    assertEquals(
        Math.min(expected.get("entropy128").asDouble(), statistics.absoluteMaximum()),
        new EntropyRange().magnitude(statistics, format),
        1e-6);
  }

  /** Against the best of 197 clippings of the numbers themselves, through the very types. */
  @ParameterizedTest
  @EnumSource
  void meanSquaredErrorAroundZeroIsTheLeast(Distribution distribution) {
    float[] numbers = distribution.numbers();
    JsonNode expected = expected(distribution).get("symmetric").get("mse");
    for (SymmetricFormat format :
        new SymmetricFormat[] {SymmetricFormat.INT8, SymmetricFormat.FLOAT8E4M3FN}) {
      JsonNode best = expected.get(format == SymmetricFormat.INT8 ? "int8" : "fp8");
      double magnitude = new MeanSquaredErrorRange().magnitude(statistics(numbers), format);
      double error = error(numbers, magnitude, format);
      assertTrue(error < 1.06 * best.get("error").asDouble(), magnitude + " has " + error);
      assertTrue(error < 1.01 * best.get("maximum_error").asDouble(), magnitude + " has " + error);
    }
  }

  private static double error(float[] numbers, double magnitude, SymmetricFormat format) {
    float scale = (float) (magnitude / format.largest());
    double sum = 0;
    for (float number : numbers) {
      double stored = format.decode(format.encode(number / scale)) * (double) scale;
      sum += (number - stored) * (number - stored);
    }
    return sum / numbers.length;
  }

  @Test
  void rangesOfTypesAroundZeroAreSymmetric() {
    BucketStatistics silu = statistics(Distribution.SILU.numbers());
    for (String name : new String[] {"min-max", "percentile-99.9", "entropy", "mse"}) {
      RangeMethod method = RangeMethod.parse(name);
      Range unsigned = method.rangeFor(ElementType.UINT8, silu);
      assertEquals(method.range(silu, 256), unsigned, name);
      for (ElementType type : new ElementType[] {ElementType.INT8, ElementType.FLOAT8E4M3FN}) {
        Range range = method.rangeFor(type, silu);
        assertEquals(-range.minimum(), range.maximum(), 0.0, name);
        assertTrue(range.maximum() <= silu.absoluteMaximum(), name);
      }
    }
  }

  private static double error(float[] numbers, Range range, int levels) {
    double low = Math.min(0, range.minimum());
    double high = Math.max(0, range.maximum());
    double step = (high - low) / (levels - 1);
    double sum = 0;
    for (float number : numbers) {
      double rounded = Math.max(low, Math.min(high, Math.rint(number / step) * step));
      sum += (number - rounded) * (number - rounded);
    }
    return sum / numbers.length;
  }

  @ParameterizedTest
  @ValueSource(strings = {"min-max", "percentile-99.9", "entropy", "mse"})
  void aConstantHasItsOwnRange(String method) {
    Range three = RangeMethod.parse(method).range(statistics(3, 3, 3), 256);
    assertEquals(new Range(3, 3), three, method);
    assertEquals(new Range(0, 0), RangeMethod.parse(method).range(statistics(0, 0), 256), method);
    assertEquals(
        new Range(0, 0), RangeMethod.parse(method).range(BucketStatistics.EMPTY, 256), method);
    BucketStatistics minusThree = statistics(-3, -3);
    assertEquals(
        3,
        RangeMethod.parse(method).magnitude(minusThree, SymmetricFormat.INT8),
        minusThree.histogram().width(),
        method);
    assertEquals(
        0,
        RangeMethod.parse(method).magnitude(BucketStatistics.EMPTY, SymmetricFormat.INT8),
        method);
  }

  @Test
  void methodsAreReadByTheirNames() {
    for (String text : new String[] {"min-max", "percentile-99.99", "percentile-99", "entropy"}) {
      assertEquals(text, RangeMethod.parse(text).text());
    }
    assertEquals(new PercentileRange(99.99), RangeMethod.parse("percentile"));
    assertEquals(new MeanSquaredErrorRange(), RangeMethod.parse("mse"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "max", "percentile-", "percentile-50", "percentile-101", "percentile-9e1"})
  void otherNamesAreRefused(String text) {
    DoptException refusal = assertThrows(DoptException.class, () -> RangeMethod.parse(text));
    assertEquals(ErrorCode.USAGE, refusal.code());
    assertTrue(refusal.getMessage().contains("percentile-P, entropy, mse"), refusal.getMessage());
  }
}
