package io.dopt.passes.evaluation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Value;
import io.dopt.ir.operator.Attention;
import io.dopt.ir.operator.DiffusionOperator;
import io.dopt.ir.operator.Geglu;
import io.dopt.ir.operator.GroupNorm;
import io.dopt.ir.operator.QuantizedAttention;
import io.dopt.ir.operator.QuickGelu;
import io.dopt.ir.operator.Silu;
import io.dopt.ir.operator.SinusoidalEmbedding;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Decompositions of diffusion operators against their formulas, written out as loops. */
class DecompositionTest {
  /** A few roundings to float32 of numbers around 1. */
  private static final double TOLERANCE = 2e-6;

  private final Random random = new Random(7);

  private DenseTensor random(long... shape) {
    int count = 1;
    List<Long> dimensions = new ArrayList<>();
    for (long dimension : shape) {
      count *= dimension;
      dimensions.add(dimension);
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextFloat() * 4 - 2;
    }
    return DenseTensor.ofFloats(dimensions, values);
  }

  private static double[] evaluate(DiffusionOperator operator, DenseTensor... inputs) {
    GraphBuilder builder = new GraphBuilder("one");
    Map<String, DenseTensor> contents = new HashMap<>();
    Value[] values = new Value[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      values[i] =
          builder.input("x" + i, inputs[i].elementType(), Shape.ofConstants(inputs[i].shape()));
      contents.put("x" + i, inputs[i]);
    }
    builder.output("y", builder.node(operator, values));
    return new GraphInterpreter(new OperatorEvaluator())
        .evaluate(builder.build(), contents)
        .get("y")
        .toDoubles();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void attention(boolean causal) {
    int samples = 2;
    int length = 5;
    int keys = causal ? length : 3;
    int heads = 2;
    int size = 4;
    int valueSize = 3;
    double scale = 0.37;
    DenseTensor query = random(samples, length, heads * size);
    DenseTensor key = random(samples, keys, heads * size);
    DenseTensor value = random(samples, keys, heads * valueSize);
    double[] q = query.toDoubles();
    double[] k = key.toDoubles();
    double[] v = value.toDoubles();
    double[] expected = new double[samples * length * heads * valueSize];
    for (int n = 0; n < samples; n++) {
      for (int h = 0; h < heads; h++) {
        for (int s = 0; s < length; s++) {
          double[] weights = new double[causal ? s + 1 : keys];
          double sum = 0;
          for (int t = 0; t < weights.length; t++) {
            double score = 0;
            for (int d = 0; d < size; d++) {
              score +=
                  q[((n * length + s) * heads + h) * size + d]
                      * k[((n * keys + t) * heads + h) * size + d];
            }
            weights[t] = Math.exp(score * scale);
            sum += weights[t];
          }
          for (int t = 0; t < weights.length; t++) {
            for (int e = 0; e < valueSize; e++) {
              expected[((n * length + s) * heads + h) * valueSize + e] +=
                  weights[t] / sum * v[((n * keys + t) * heads + h) * valueSize + e];
            }
          }
        }
      }
    }
    double[] actual = evaluate(new Attention(heads, scale, causal), query, key, value);
    assertArrayEquals(expected, actual, TOLERANCE);
  }

  /** Rounding a probability to a multiple of 1/255 moves it by half of that at most. */
  @Test
  void quantizedAttentionRoundsTheProbabilities() {
    int keys = 7;
    DenseTensor query = random(2, 5, 8);
    DenseTensor key = random(2, keys, 8);
    DenseTensor value = random(2, keys, 4);
    double[] exact = evaluate(new Attention(2, 0.5, false), query, key, value);
    double[] rounded =
        evaluate(new QuantizedAttention(2, 0.5, ElementType.UINT8), query, key, value);
    double largest = Arrays.stream(value.toDoubles()).map(Math::abs).max().orElseThrow();
    assertArrayEquals(exact, rounded, keys * largest / 255 / 2);
    assertFalse(Arrays.equals(exact, rounded));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void groupNorm(boolean silu) {
    int channels = 6;
    int groups = 3;
    int plane = 8;
    double epsilon = 0.01;
    DenseTensor input = random(2, channels, 4, 2);
    DenseTensor scale = random(channels);
    DenseTensor bias = random(channels);
    double[] x = input.toDoubles();
    double[] expected = new double[x.length];
    int run = channels / groups * plane;
    for (int start = 0; start < x.length; start += run) {
      double sum = 0;
      double squares = 0;
      for (int i = start; i < start + run; i++) {
        sum += x[i];
        squares += x[i] * x[i];
      }
      double mean = sum / run;
      double deviation = Math.sqrt(squares / run - mean * mean + epsilon);
      for (int i = start; i < start + run; i++) {
        int channel = i / plane % channels;
        double y = (x[i] - mean) / deviation * scale.toDoubles()[channel];
        y += bias.toDoubles()[channel];
        expected[i] = silu ? y / (1 + Math.exp(-y)) : y;
      }
    }
    double[] actual = evaluate(new GroupNorm(groups, epsilon, silu), input, scale, bias);
    assertArrayEquals(expected, actual, TOLERANCE);
  }

  @Test
  void geglu() {
    DenseTensor input = random(3, 8);
    double[] x = input.toDoubles();
    double[] expected = new double[12];
    for (int i = 0; i < expected.length; i++) {
      double gate = x[i / 4 * 8 + 4 + i % 4];
      // Phi(x) by Simpson's rule: not the error function under test.
      double area = 0;
      int steps = 2000;
      for (int step = 0; step <= steps; step++) {
        double t = gate * step / steps;
        double weight = step == 0 || step == steps ? 1 : step % 2 == 1 ? 4 : 2;
        area += weight * Math.exp(-t * t / 2) * gate / steps / 3;
      }
      double phi = 0.5 + area / Math.sqrt(2 * Math.PI);
      expected[i] = x[i / 4 * 8 + i % 4] * gate * phi;
    }
    assertArrayEquals(expected, evaluate(new Geglu(), input), TOLERANCE);
  }

  @Test
  void siluAndQuickGelu() {
    DenseTensor input = random(40);
    double[] silu = input.toDoubles();
    double[] quick = input.toDoubles();
    for (int i = 0; i < silu.length; i++) {
      silu[i] = silu[i] / (1 + Math.exp(-silu[i]));
      quick[i] = quick[i] / (1 + Math.exp(-1.702 * quick[i]));
    }
    assertArrayEquals(silu, evaluate(new Silu(), input), TOLERANCE);
    assertArrayEquals(quick, evaluate(new QuickGelu(), input), TOLERANCE);
  }

  @ParameterizedTest
  @CsvSource({"true, 0, 1", "false, 1, 1", "true, 1, 1000", "false, 0, 0.5"})
  void sinusoidalEmbedding(boolean flip, double shift, double scale) {
    int half = 4;
    DenseTensor t = DenseTensor.ofFloats(List.of(3L), 0, 1, 999);
    double[] actual = evaluate(new SinusoidalEmbedding(2 * half, flip, shift, scale, 10000), t);
    for (int row = 0; row < 3; row++) {
      for (int i = 0; i < half; i++) {
        double frequency = Math.pow(10000, -i / (half - shift));
        double angle = t.toDoubles()[row] * frequency * scale;
        // The angle itself is rounded to float32: half a unit in its last place, a few times.
        double tolerance = TOLERANCE + 4 * Math.ulp((float) angle);
        int sine = row * 2 * half + i + (flip ? half : 0);
        int cosine = row * 2 * half + i + (flip ? 0 : half);
        assertEquals(Math.sin(angle), actual[sine], tolerance);
        assertEquals(Math.cos(angle), actual[cosine], tolerance);
      }
    }
  }

  /** A new diffusion operator must get a test here. */
  @Test
  void everyDiffusionOperatorIsTested() {
    Set<String> names = new TreeSet<>();
    for (Class<?> kind : DiffusionOperator.class.getPermittedSubclasses()) {
      names.add(kind.getSimpleName());
    }
    assertEquals(
        Set.of(
            "Attention",
            "Geglu",
            "GroupNorm",
            "QuantizedAttention",
            "QuickGelu",
            "Silu",
            "SinusoidalEmbedding"),
        names);
  }
}
