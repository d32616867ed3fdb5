package io.dopt.quantizer;

import io.dopt.ir.Graph;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Node;
import io.dopt.ir.Value;
import io.dopt.ir.operator.Attention;
import io.dopt.ir.operator.LayerNormalization;
import io.dopt.passes.evaluation.GraphInterpreter;
import io.dopt.passes.evaluation.OperatorEvaluator;
import io.dopt.quantizer.calibration.BucketStatistics;
import io.dopt.quantizer.calibration.CalibrationSettings;
import io.dopt.quantizer.calibration.CalibrationTable;
import io.dopt.quantizer.calibration.TimestepBuckets;
import io.dopt.quantizer.calibration.ValueStatistics;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** A transformer block with a convolution in front, and what a calibration would keep of it. */
final class TransformerBlock {
  private static final int TOKENS = 16;
  private static final int CHANNELS = 32;

  static final Graph GRAPH = graph();

  private static Graph graph() {
    GraphBuilder b = new GraphBuilder("block");
    Value image = b.input("image", ElementType.FLOAT32, Shape.of(1L, 16L, 4L, 4L));
    Value features;
    try (GraphBuilder.Scope scope = b.scope("conv")) {
      features =
          b.conv2d(
              image,
              b.weight("conv.w", noise(1, CHANNELS, 16, 3, 3)),
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
              new Attention(2, 0.0125, false),
              projected.get(0),
              projected.get(1),
              projected.get(2));
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

  static DenseTensor noise(long seed, long... shape) {
    List<Long> dims = Arrays.stream(shape).boxed().toList();
    float[] values = new float[(int) dims.stream().reduce(1L, (a, c) -> a * c).longValue()];
    Random random = new Random(seed);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return DenseTensor.ofFloats(dims, values);
  }

  private static final DenseTensor IMAGE = noise(10, 1, 16, 4, 4);

  /** The values of one run, as a calibration would keep them. */
  static CalibrationTable calibration() {
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

  /** Of the output relative to that of the block as it is, for the one input. */
  static double error(Graph quantized) {
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

  private TransformerBlock() {}
}
