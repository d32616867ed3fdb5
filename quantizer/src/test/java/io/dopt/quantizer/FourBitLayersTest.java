package io.dopt.quantizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.ir.Graph;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.GraphVerifier;
import io.dopt.ir.Value;
import io.dopt.ir.operator.Conv;
import io.dopt.ir.operator.MatMul;
import io.dopt.passes.evaluation.GraphInterpreter;
import io.dopt.passes.evaluation.OperatorEvaluator;
import io.dopt.quantizer.QuantizationRecipe.AttentionChoice;
import io.dopt.quantizer.QuantizationRecipe.WeightScaleMethod;
import io.dopt.quantizer.calibration.MinMaxRange;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Layers with 4-bit weights, with and without a branch beside them. */
class FourBitLayersTest {
  private static final int INPUTS = 64;
  private static final int OUTPUTS = 40;

  /** Noise, with one direction that is much stronger and would widen the scales. */
  private static DenseTensor weight() {
    Random random = new Random(2);
    double[] column = random.doubles(INPUTS, -2, 2).toArray();
    double[] row = random.doubles(OUTPUTS, -2, 2).toArray();
    float[] values = new float[INPUTS * OUTPUTS];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextGaussian() * 0.1 + column[i / OUTPUTS] * row[i % OUTPUTS]);
    }
    return DenseTensor.ofFloats(List.of((long) INPUTS, (long) OUTPUTS), values);
  }

  private static Graph linear() {
    GraphBuilder builder = new GraphBuilder("unet");
    Value x = builder.input("x", ElementType.FLOAT32, Shape.of(8, INPUTS));
    try (GraphBuilder.Scope scope = builder.scope("to_q")) {
      builder.output("y", builder.node(new MatMul(), x, builder.weight("to_q.weight", weight())));
    }
    return builder.build();
  }

  private static Graph quantized(Graph graph, int rank) {
    QuantizationRecipe recipe =
        new QuantizationRecipe(
            QuantizationScheme.CPU,
            Precision.INT4_WEIGHT,
            List.of(),
            new MinMaxRange(),
            WeightScaleMethod.LEAST_ERROR,
            new Smoothing.None(),
            false,
            32,
            rank,
            AttentionChoice.NONE);
    PrecisionPlan plan = PrecisionPlan.of(graph, recipe, Map.of());
    Graph result = QuantizeLayers.apply(graph, plan, recipe, Optional.empty());
    new GraphVerifier().verify(result);
    assertEquals(List.of(), plan.differences(result));
    return result;
  }

  private static double error(Graph graph, Graph quantized, long... shape) {
    List<Long> dimensions = java.util.Arrays.stream(shape).boxed().toList();
    float[] values = new float[(int) dimensions.stream().reduce(1L, (a, b) -> a * b).longValue()];
    Random random = new Random(3);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    Map<String, DenseTensor> inputs = Map.of("x", DenseTensor.ofFloats(dimensions, values));
    GraphInterpreter interpreter = new GraphInterpreter(new OperatorEvaluator());
    float[] expected = interpreter.evaluate(graph, inputs).get("y").toFloats();
    float[] actual = interpreter.evaluate(quantized, inputs).get("y").toFloats();
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < expected.length; i++) {
      difference += Math.pow(expected[i] - actual[i], 2);
      norm += Math.pow(expected[i], 2);
    }
    return Math.sqrt(difference / norm);
  }

  @Test
  void aBranchTakesTheStrongDirectionOutOfTheScales() {
    Graph plain = quantized(linear(), 0);
    Graph branched = quantized(linear(), 2);
    assertEquals(1, plain.nodes().stream().filter(n -> n.operator() instanceof MatMul).count());
    assertEquals(3, branched.nodes().stream().filter(n -> n.operator() instanceof MatMul).count());
    double without = error(linear(), plain, 8, INPUTS);
    double with = error(linear(), branched, 8, INPUTS);
    assertTrue(without < 0.12 && with < 0.15 * without, with + " against " + without);
  }

  @Test
  void aBranchIsOfAtMostHalfTheSmallerSide() {
    Graph graph = quantized(linear(), 1000);
    assertEquals(20, graph.weights().get("to_q.weight_left").data().shape().get(1));
  }

  @Test
  void aConvolutionIsQuantizedToo() {
    GraphBuilder builder = new GraphBuilder("unet");
    Value x = builder.input("x", ElementType.FLOAT32, Shape.of(1, INPUTS, 4, 4));
    DenseTensor kernel =
        DenseTensor.of(ElementType.FLOAT32, List.of(10L, (long) INPUTS, 2L, 2L), weight().data());
    try (GraphBuilder.Scope scope = builder.scope("conv")) {
      List<Long> ones = List.of(1L, 1L);
      Conv conv = new Conv(ones, List.of(0L, 0L, 0L, 0L), ones, 1);
      builder.output("y", builder.node(conv, x, builder.weight("conv.weight", kernel)));
    }
    Graph graph = builder.build();
    assertTrue(error(graph, quantized(graph, 0), 1, INPUTS, 4, 4) < 0.12);
  }
}
