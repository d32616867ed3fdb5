package io.dopt.quantizer;

import io.dopt.ir.Graph;
import io.dopt.ir.Node;
import io.dopt.quantizer.calibration.RangeMethod;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How a graph is quantized, apart from which layer gets which precision.
 *
 * @param scheme what the engine's quantized kernels ask for
 * @param precision what every layer gets that is not excluded
 * @param exclusions layers that stay as they are; the first that fits gives the reason
 * @param activationRange how ranges of activations are chosen
 * @param weightScales how scales of weights are chosen
 * @param smoothing how much moves from activations into weights
 * @param biasCorrection whether biases make up for the mean error of their weights
 * @param blockSize numbers of a 4-bit weight that share a scale
 * @param rank of the branch beside a 4-bit weight; 0 for none
 * @param attention which attentions are quantized
 */
public record QuantizationRecipe(
    QuantizationScheme scheme,
    Precision precision,
    List<Exclusion> exclusions,
    RangeMethod activationRange,
    WeightScaleMethod weightScales,
    Smoothing smoothing,
    boolean biasCorrection,
    int blockSize,
    int rank,
    AttentionChoice attention) {
  public QuantizationRecipe {
    exclusions = List.copyOf(exclusions);
  }

  /** How the scales of weights are chosen. */
  public enum WeightScaleMethod {
    /** The largest magnitude is the largest number: nothing is clipped. */
    MAXIMUM,
    /** The least squared error of the weight. */
    LEAST_ERROR
  }

  /** Which attentions have their products quantized. */
  public enum AttentionChoice {
    NONE,
    /** Those of so many queries and keys that the integer kernels are faster. */
    LARGE,
    ALL
  }

  /** The same without what is excluded by default: what a user excluded stays so. */
  public QuantizationRecipe withoutDefaultExclusions() {
    return new QuantizationRecipe(
        scheme,
        precision,
        exclusions.stream().filter(Exclusion::required).toList(),
        activationRange,
        weightScales,
        smoothing,
        biasCorrection,
        blockSize,
        rank,
        attention);
  }

  /** Why the engine has no kernel for a layer as this recipe wants it; half a sentence. */
  Optional<String> refusal(Graph graph, Node layer) {
    return scheme.refusal(graph, layer, precision, blockSize);
  }

  /** What decides the numbers, in one line: for locks and reports. */
  public String text() {
    return String.format(
        "scheme=%s precision=%s %s attention=%s exclude=%s",
        scheme.text(),
        precision.text(),
        numbers(),
        attention.name().toLowerCase(Locale.ROOT),
        exclusions.stream().map(exclusion -> exclusion.pattern().pattern()).toList());
  }

  /** As {@link #text}, where a plan says which layer is in what. */
  public String textWithPlan() {
    return "scheme=" + scheme.text() + " precision=auto " + numbers();
  }

  private String numbers() {
    return String.format(
        "range=%s weights=%s smoothing=%s bias-correction=%s block=%d rank=%d",
        activationRange.text(),
        weightScales.name().toLowerCase(Locale.ROOT),
        smoothing.text(),
        biasCorrection,
        blockSize,
        rank);
  }
}
