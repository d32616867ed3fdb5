package io.dopt.quantizer.search;

import io.dopt.ir.Graph;
import io.dopt.ir.Node;
import io.dopt.ir.Value;
import io.dopt.ir.Weight;
import io.dopt.ir.operator.Attention;
import io.dopt.ir.operator.Conv;
import io.dopt.quantizer.Precision;
import io.dopt.quantizer.PrecisionPlan;
import io.dopt.quantizer.QuantizationRecipe;
import io.dopt.quantizer.QuantizationRecipe.WeightScaleMethod;
import io.dopt.quantizer.calibration.BucketStatistics;
import io.dopt.quantizer.calibration.CalibrationTable;
import io.dopt.quantizer.calibration.ValueStatistics;
import io.dopt.quantizer.weight.QuantizationError;
import io.dopt.quantizer.weight.WeightScales;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.Granularity;
import io.dopt.tensor.QuantizationParameters;
import io.dopt.tensor.Shape;
import io.dopt.tensor.SymmetricFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Estimates from a calibration and the weights how much noise each layer would add in int8, without
 * running anything: the rounding of its input carried through the weight, the rounding of the
 * weight carried through the input, and of a convolution the rounding of its output where the
 * scheme asks for it, all taken as independent and over the power of the output. The three inputs
 * of an attention count by their own power. This times the positions of the output (pixels or
 * tokens) is the estimate: what is wrong at a low resolution is a small part of what the latents
 * become, since skip connections pass it by.
 */
public final class SensitivityEstimate {
  private final Graph graph;
  private final QuantizationRecipe recipe;
  private final CalibrationTable calibration;
  private final Map<String, Long> shape;

  private SensitivityEstimate(
      Graph graph,
      QuantizationRecipe recipe,
      CalibrationTable calibration,
      Map<String, Long> shape) {
    this.shape = shape;
    this.graph = graph;
    this.recipe = recipe;
    this.calibration = calibration;
  }

  /**
   * The estimate for some layers of {@code graph}.
   *
   * @param layers names of layers and attentions
   * @param shape values of the graph's symbols
   * @return by layer
   * @throws DoptException (BAD_INPUT) when the calibration did not observe one; (QUALITY) when a
   *     weight is not finite
   */
  public static SortedMap<String, Sensitivity> of(
      Graph graph,
      Iterable<String> layers,
      QuantizationRecipe recipe,
      CalibrationTable calibration,
      Map<String, Long> shape) {
    SortedMap<String, Node> nodes = new TreeMap<>();
    PrecisionPlan.layersOf(graph).forEach(node -> nodes.put(node.name(), node));
    PrecisionPlan.attentionsOf(graph).forEach(node -> nodes.put(node.name(), node));
    SensitivityEstimate estimate = new SensitivityEstimate(graph, recipe, calibration, shape);
    SortedMap<String, Sensitivity> result = new TreeMap<>();
    for (String layer : layers) {
      Node node = nodes.get(layer);
      result.put(
          layer,
          new Sensitivity(
              node.operator() instanceof Attention
                  ? estimate.attention(node)
                  : estimate.layer(node)));
    }
    return result;
  }

  private List<Double> layer(Node node) {
    Weight weight = graph.weightOf(node.inputs().get(1)).orElseThrow();
    int axis = node.operator() instanceof Conv ? 0 : 1;
    Granularity granularity = new Granularity.PerAxis(axis);
    QuantizationParameters parameters =
        recipe.weightScales() == WeightScaleMethod.MAXIMUM
            ? WeightScales.ofMaximum(weight, SymmetricFormat.INT8, granularity)
            : WeightScales.ofLeastError(weight, SymmetricFormat.INT8, granularity);
    double outputs = weight.data().shape().get(axis);
    double gain = QuantizationError.squaredNorm(weight.data()) / outputs;
    double error = QuantizationError.relative(weight.data(), parameters);
    ValueStatistics input = statistics(node.inputs().get(0));
    ValueStatistics output = statistics(node.output());
    RoundingNoise inputNoise = noise(input);
    RoundingNoise outputNoise = noise(output);
    boolean quantizesResult =
        node.operator() instanceof Conv && recipe.scheme().quantizesResult(Precision.INT8);
    List<Double> byBucket = new ArrayList<>();
    for (int bucket = 0; bucket < calibration.timesteps().count(); bucket++) {
      BucketStatistics read = input.buckets().get(bucket);
      BucketStatistics given = output.buckets().get(bucket);
      double power =
          gain * (inputNoise.power(read) + error * error * RoundingNoise.signal(read))
              + (quantizesResult ? outputNoise.power(given) : 0);
      byBucket.add(positions(node) * over(power, RoundingNoise.signal(given)));
    }
    return byBucket;
  }

  private List<Double> attention(Node node) {
    List<Double> byBucket = new ArrayList<>();
    for (int bucket = 0; bucket < calibration.timesteps().count(); bucket++) {
      double sum = 0;
      for (Value value : node.inputs().subList(0, 3)) {
        ValueStatistics statistics = statistics(value);
        BucketStatistics read = statistics.buckets().get(bucket);
        sum += over(noise(statistics).power(read), RoundingNoise.signal(read));
      }
      byBucket.add(positions(node) * sum);
    }
    return byBucket;
  }

  /** Elements of a layer's output for each of its channels. */
  private double positions(Node node) {
    Shape output = node.output().type().shape();
    int channels = node.operator() instanceof Conv ? 1 : output.rank() - 1;
    double count = 1;
    for (int axis = 0; axis < output.rank(); axis++) {
      count *= axis == channels ? 1 : output.get(axis).evaluate(shape);
    }
    return count;
  }

  private static double over(double noise, double signal) {
    return signal == 0 ? 0 : noise / signal;
  }

  private RoundingNoise noise(ValueStatistics statistics) {
    ElementType type = recipe.scheme().activationType(Precision.INT8).orElseThrow();
    return RoundingNoise.of(type, recipe.activationRange().rangeFor(type, statistics.merged()));
  }

  private ValueStatistics statistics(Value value) {
    return calibration
        .value(value.name())
        .orElseThrow(
            () ->
                new DoptException(
                    ErrorCode.BAD_INPUT,
                    "The calibration did not observe '"
                        + value.name()
                        + "'. It is of another checkpoint or another dopt: calibrate again."));
  }
}
