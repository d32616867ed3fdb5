package io.dopt.quantizer;

import io.dopt.ir.Graph;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Node;
import io.dopt.ir.Value;
import io.dopt.ir.Weight;
import io.dopt.ir.operator.LayerNormalization;
import io.dopt.ir.operator.MatMul;
import io.dopt.quantizer.weight.InputChannels;
import io.dopt.quantizer.weight.SmoothingFactors;
import io.dopt.tensor.AxisStatistics;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.LazyTensor;
import io.dopt.tensor.LazyTensors;
import io.dopt.tensor.SymmetricFormat;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Moves what makes activations hard to quantize into weights, channel by channel (SmoothQuant, Xiao
 * et al. 2022), where it costs nothing: behind a layer normalisation, whose scale and bias take the
 * division.
 *
 * <pre>
 * MatMul(LayerNormalization(x, scale, bias), w) -> MatMul(LayerNormalization(x, scale/s, bias/s), s*w)
 * </pre>
 *
 * <p>Not when anything but quantized linear layers reads the normalised value.
 */
final class SmoothLayerNormalizations {
  private final Graph graph;
  private final Map<String, float[]> factors = new HashMap<>();
  private final Graph smoothed;

  SmoothLayerNormalizations(
      Graph graph, PrecisionPlan plan, ActivationRanges ranges, Smoothing smoothing) {
    this.graph = graph;
    places(graph, plan)
        .forEach(
            (normalized, linears) ->
                factors.put(
                    normalized.name(),
                    factors(ranges.channelMaximum(normalized), linears, smoothing)));
    smoothed = rewrite();
  }

  /** The graph with everything moved. */
  Graph smoothed() {
    return smoothed;
  }

  /** What the values named are divided by, one factor per channel. */
  Map<String, float[]> factors() {
    return factors;
  }

  /** The normalised values that only quantized linear layers read, and those layers. */
  static Map<Value, List<Node>> places(Graph graph, PrecisionPlan plan) {
    Map<String, List<Node>> readers = new HashMap<>();
    for (Node node : graph.nodes()) {
      node.inputs()
          .forEach(
              value -> readers.computeIfAbsent(value.name(), k -> new ArrayList<>()).add(node));
    }
    Map<Value, List<Node>> places = new LinkedHashMap<>();
    for (Node node : graph.nodes()) {
      if (node.operator() instanceof LayerNormalization
          && node.inputs().stream().skip(1).allMatch(v -> graph.weightOf(v).isPresent())
          && node.inputs().size() > 1
          && !graph.outputs().containsValue(node.output())) {
        List<Node> all = readers.getOrDefault(node.output().name(), List.of());
        if (!all.isEmpty() && all.stream().allMatch(it -> isQuantizedLinear(graph, plan, it))) {
          places.put(node.output(), all);
        }
      }
    }
    return places;
  }

  private static boolean isQuantizedLinear(Graph graph, PrecisionPlan plan, Node node) {
    return node.operator() instanceof MatMul
        && graph.weightOf(node.inputs().get(1)).isPresent()
        && plan.of(node).filter(Precision::needsCalibration).isPresent();
  }

  /** One set of factors for all readers, as if their weights were one with all their columns. */
  private float[] factors(float[] activation, List<Node> linears, Smoothing smoothing) {
    List<LazyTensor> weights =
        linears.stream()
            .map(linear -> graph.weightOf(linear.inputs().get(1)).orElseThrow().data())
            .toList();
    LazyTensor joined = LazyTensors.concatenate(weights, 1);
    if (smoothing instanceof Smoothing.Searched) {
      return SmoothingFactors.search(
              Weight.of(linears.get(0).scope(), joined),
              SymmetricFormat.INT8,
              InputChannels.ofMaxima(0, activation),
              1,
              SmoothingFactors.ALPHAS)
          .toArray();
    }
    double alpha = ((Smoothing.Fixed) smoothing).alpha();
    return SmoothingFactors.of(activation, AxisStatistics.absoluteMaximum(joined, 0), alpha)
        .toArray();
  }

  private Graph rewrite() {
    GraphBuilder builder = GraphBuilder.rewriting(graph);
    graph.weights().values().forEach(builder::copy);
    for (Node node : graph.nodes()) {
      List<Value> inputs = new ArrayList<>(node.inputs());
      float[] normalized = factors.get(node.outputs().get(0).name());
      if (normalized != null) {
        for (int i = 1; i < inputs.size(); i++) {
          inputs.set(i, divided(builder, inputs.get(i), normalized));
        }
      } else if (factors.containsKey(inputs.isEmpty() ? "" : inputs.get(0).name())) {
        Weight weight = graph.weightOf(inputs.get(1)).orElseThrow();
        inputs.set(
            1,
            builder.weight(
                weight.value().name() + "_smoothed",
                LazyTensors.scaleAxis(weight.data(), 0, factors.get(inputs.get(0).name()))));
      }
      builder.copy(node.withInputs(inputs));
    }
    graph.outputs().forEach(builder::output);
    return builder.build();
  }

  private Value divided(GraphBuilder builder, Value parameter, float[] by) {
    float[] values = DenseTensor.read(graph.weightOf(parameter).orElseThrow().data()).toFloats();
    for (int channel = 0; channel < values.length; channel++) {
      values[channel] /= by[channel];
    }
    return builder.weight(
        parameter.name() + "_smoothed",
        DenseTensor.ofFloats(List.of((long) values.length), values));
  }
}
