package io.dopt.quantizer;

import io.dopt.ir.Graph;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Node;
import io.dopt.ir.Value;
import io.dopt.ir.Weight;
import io.dopt.ir.operator.Attention;
import io.dopt.ir.operator.Binary;
import io.dopt.ir.operator.Conv;
import io.dopt.ir.operator.QuantizedAttention;
import io.dopt.quantizer.calibration.CalibrationTable;
import io.dopt.quantizer.weight.BiasCorrection;
import io.dopt.quantizer.weight.BiasRoom;
import io.dopt.quantizer.weight.ChannelStatistic;
import io.dopt.quantizer.weight.LowRankBranch;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.LazyTensor;
import io.dopt.tensor.QuantizationParameters;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes a graph as a plan asks: Q/DQ pairs around the layers that are quantized. Layers keep their
 * names.
 *
 * <pre>
 * MatMul(x, w)         -> MatMul(DQ(Q(x)), DQ(w'))                       int8, fp8
 * Conv(x, w, bias)     -> Conv(DQ(Q(x)), DQ(w'), bias')                  int8, fp8
 * Conv(x, w, bias)     -> DQ(Q(Conv(DQ(Q(x)), DQ(w'), bias')))           int8 on the CPU
 * MatMul(x, w)         -> MatMul(x, DQ(w'))                              weight only
 * MatMul(x, w)         -> Add(MatMul(x, DQ(w')), MatMul(MatMul(x, l), r)) with a branch of low rank
 * Attention(q, k, v)   -> QuantizedAttention(DQ(Q(q)), DQ(Q(k)), DQ(Q(v)))
 * Attention(q, k, v)   -> QuantizedAttention(DQ(Q(c q)), DQ(Q(c k)), DQ(Q(v)))  for TensorRT, with
 *                         c the root of the attention's scale, which becomes 1
 * </pre>
 *
 * <p>The recipe's {@link QuantizationScheme} says which. An int8 convolution's result is quantized
 * too on the CPU, whose integer kernels write small numbers.
 */
public final class QuantizeLayers {
  private final Graph graph;
  private final PrecisionPlan plan;
  private final GraphBuilder builder;
  private final Optional<ActivationRanges> ranges;
  private final Optional<ActivationQuantizer> activations;
  private final WeightQuantizer weights;
  private final QuantizationRecipe recipe;
  private final Map<String, Value> replaced = new HashMap<>();
  private final Map<String, List<Node>> readers = new HashMap<>();
  private final Map<String, Value> correctedBias = new HashMap<>();

  private QuantizeLayers(
      Graph graph,
      PrecisionPlan plan,
      QuantizationRecipe recipe,
      Optional<ActivationRanges> ranges) {
    this.graph = graph;
    this.plan = plan;
    this.recipe = recipe;
    this.ranges = ranges;
    builder = GraphBuilder.rewriting(graph);
    graph.weights().values().forEach(builder::copy);
    activations = ranges.map(known -> new ActivationQuantizer(builder, known));
    weights = new WeightQuantizer(builder, recipe);
    for (Node node : graph.nodes()) {
      node.inputs()
          .forEach(
              value -> readers.computeIfAbsent(value.name(), k -> new ArrayList<>()).add(node));
    }
  }

  /**
   * Quantizes a graph.
   *
   * @param calibration of this graph; needed when a layer's activations are quantized
   * @throws DoptException (USAGE) when a calibration is needed and there is none; (BAD_INPUT) when
   *     it is of another graph; (UNSUPPORTED) when the engine has no kernel for what is planned;
   *     (QUALITY) when a weight is not finite
   */
  public static Graph apply(
      Graph graph,
      PrecisionPlan plan,
      QuantizationRecipe recipe,
      Optional<CalibrationTable> calibration) {
    plan.requireKernels(graph, recipe.scheme(), recipe.blockSize());
    boolean needed = plan.layers().values().stream().anyMatch(Precision::needsCalibration);
    if (needed && calibration.isEmpty()) {
      throw new DoptException(
          ErrorCode.USAGE, "Quantized activations need a calibration, and none is given.");
    }
    Optional<ActivationRanges> ranges =
        calibration.map(table -> new ActivationRanges(table, recipe.activationRange(), Map.of()));
    Graph smoothed = graph;
    if (needed && !(recipe.smoothing() instanceof Smoothing.None)) {
      SmoothLayerNormalizations smoothing =
          new SmoothLayerNormalizations(graph, plan, ranges.orElseThrow(), recipe.smoothing());
      smoothed = smoothing.smoothed();
      ranges = Optional.of(ranges.get().withSmoothing(smoothing.factors()));
    }
    return new QuantizeLayers(smoothed, plan, recipe, ranges).run();
  }

  /** Whether a plan leaves anything that can be smoothed. */
  public static boolean canSmooth(Graph graph, PrecisionPlan plan) {
    return !SmoothLayerNormalizations.places(graph, plan).isEmpty();
  }

  private Graph run() {
    for (Node node : graph.nodes()) {
      try (GraphBuilder.Scope scope =
          builder.scope(node.scope().isEmpty() ? "graph" : node.scope())) {
        rewrite(node, plan.of(node).orElse(Precision.FLOAT32));
      }
    }
    graph.outputs().forEach((name, value) -> builder.output(name, current(value)));
    return builder.build();
  }

  private void rewrite(Node node, Precision precision) {
    if (node.operator() instanceof Attention attention && precision.needsCalibration()) {
      quantizeAttention(node, attention, precision);
    } else if (precision.weightFormat().isPresent()) {
      quantizeLayer(node, precision);
    } else {
      builder.copy(node.withInputs(node.inputs().stream().map(v -> input(node, v)).toList()));
    }
  }

  /** What a node reads in the graph being written: with the bias that was corrected for it. */
  private Value input(Node node, Value value) {
    Value corrected = correctedBias.get(node.name());
    return corrected != null && graph.weightOf(value).isPresent() ? corrected : current(value);
  }

  private Value current(Value value) {
    return replaced.getOrDefault(value.name(), value);
  }

  private void quantizeAttention(Node node, Attention attention, Precision precision) {
    boolean integer = precision == Precision.INT8;
    List<ElementType> types =
        integer
            ? List.of(ElementType.UINT8, ElementType.INT8, ElementType.INT8)
            : Collections.nCopies(3, ElementType.FLOAT8E4M3FN);
    boolean scaled = recipe.scheme().scalesBeforeQuantizing();
    double factor = Math.sqrt(attention.scale());
    List<Value> inputs = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Value value = node.inputs().get(i);
      inputs.add(
          scaled && i < 2
              ? activations
                  .orElseThrow()
                  .quantizedTimes(value, current(value), factor, types.get(i))
              : activation(value, types.get(i)));
    }
    QuantizedAttention quantized =
        new QuantizedAttention(
            attention.heads(),
            scaled ? 1 : attention.scale(),
            integer ? ElementType.UINT8 : ElementType.FLOAT8E4M3FN);
    builder.copy(new Node(node.name(), quantized, inputs, node.outputs()));
  }

  private void quantizeLayer(Node node, Precision precision) {
    Weight weight = graph.weightOf(node.inputs().get(1)).orElseThrow();
    List<Value> inputs = new ArrayList<>();
    inputs.add(
        recipe
            .scheme()
            .activationType(precision)
            .map(type -> activation(node.inputs().get(0), type))
            .orElseGet(() -> current(node.inputs().get(0))));
    if (precision == Precision.INT4_WEIGHT) {
      quantizeGrouped(node, inputs.get(0), weight);
      return;
    }
    QuantizationParameters parameters = weights.ofLayer(node, weight, precision);
    List<Value> bias = bias(node, weight, parameters);
    inputs.add(weights.write(weight, withRoom(node, precision, weight, parameters, bias)));
    inputs.addAll(bias);
    builder.copy(node.withInputs(inputs));
    if (recipe.scheme().quantizesResult(precision) && node.operator() instanceof Conv) {
      replaced.put(
          node.output().name(),
          activations.orElseThrow().quantized(node.output(), node.output(), ElementType.UINT8));
    }
  }

  /** The scales of an integer convolution that its bias fits. */
  private QuantizationParameters withRoom(
      Node node,
      Precision precision,
      Weight weight,
      QuantizationParameters parameters,
      List<Value> bias) {
    if (!recipe.scheme().quantizesResult(precision)
        || !(node.operator() instanceof Conv)
        || bias.isEmpty()) {
      return parameters;
    }
    return BiasRoom.of(
        weight,
        parameters,
        builder.weightOf(bias.get(0)).orElseThrow().data(),
        activations.orElseThrow().quantization(node.inputs().get(0), ElementType.UINT8).scale());
  }

  /** A linear layer whose weight is stored in groups, with the branch that takes its outliers. */
  private void quantizeGrouped(Node node, Value x, Weight weight) {
    long smallest = weight.data().shape().stream().mapToLong(Long::longValue).min().orElseThrow();
    int rank = (int) Math.min(recipe.rank(), smallest / 2);
    if (rank == 0) {
      builder.copy(node.withInputs(List.of(x, weights.writeGrouped(weight))));
      return;
    }
    LowRankBranch branch = LowRankBranch.of(weight, rank);
    String name = weight.value().name();
    Weight rest = Weight.of(name + "_residual", branch.residual(weight.data()));
    builder.copy(node.withInputs(List.of(x, weights.writeGrouped(rest))));
    try (GraphBuilder.Scope scope = builder.scope(FoundPrecision.BRANCH)) {
      Value inner = builder.matMul(x, builder.weight(name + "_left", branch.left()));
      Value outer = builder.matMul(inner, builder.weight(name + "_right", branch.right()));
      replaced.put(node.output().name(), builder.add(node.output(), outer));
    }
  }

  private Value activation(Value observed, ElementType type) {
    return activations.orElseThrow().quantized(observed, current(observed), type);
  }

  /** The bias of a convolution; that of a linear layer is corrected where it is added. */
  private List<Value> bias(Node node, Weight weight, QuantizationParameters parameters) {
    List<Value> own = node.inputs().subList(2, node.inputs().size());
    boolean grouped = node.operator() instanceof Conv convolution && convolution.group() > 1;
    if (!recipe.biasCorrection() || ranges.isEmpty() || grouped) {
      return own;
    }
    Optional<Node> addition = own.isEmpty() ? biasAddition(node) : Optional.empty();
    Optional<LazyTensor> bias =
        own.isEmpty()
            ? addition.map(add -> biasOf(add).orElseThrow())
            : graph.weightOf(own.get(0)).map(Weight::data);
    if (bias.isEmpty()) {
      return own;
    }
    float[] shift =
        BiasCorrection.shift(
            weight,
            parameters,
            WeightQuantizer.outputAxis(node),
            ChannelStatistic.of(
                WeightQuantizer.inputAxis(node), ranges.get().channelMean(node.inputs().get(0))));
    Value corrected =
        builder.weight(
            weight.value().name() + "_corrected_bias", BiasCorrection.corrected(bias, shift));
    addition.ifPresent(add -> correctedBias.put(add.name(), corrected));
    return own.isEmpty() ? own : List.of(corrected);
  }

  /** The addition of a constant vector that alone reads a linear layer. */
  private Optional<Node> biasAddition(Node node) {
    List<Node> all = readers.getOrDefault(node.output().name(), List.of());
    return all.size() == 1
            && all.get(0).operator() instanceof Binary binary
            && binary.function() == Binary.Function.ADD
            && biasOf(all.get(0)).filter(bias -> bias.shape().size() == 1).isPresent()
        ? Optional.of(all.get(0))
        : Optional.empty();
  }

  private Optional<LazyTensor> biasOf(Node addition) {
    return addition.inputs().stream()
        .flatMap(value -> graph.weightOf(value).stream())
        .map(Weight::data)
        .findFirst();
  }
}
