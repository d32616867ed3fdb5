package io.dopt.cli;

import io.dopt.ir.Graph;
import io.dopt.ir.Node;
import io.dopt.ir.operator.MatMul;
import io.dopt.quantizer.Precision;
import io.dopt.quantizer.PrecisionPlan;
import io.dopt.quantizer.QuantizationRecipe;
import io.dopt.quantizer.QuantizeLayers;
import io.dopt.quantizer.Smoothing;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.Shape;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a recipe does to a graph, before anything is calibrated: options that turn out to do nothing
 * there are refused.
 */
final class QuantizationEffect {
  private static final int NAMED = 3;

  private final Graph graph;
  private final PrecisionPlan plan;
  private final QuantizationRecipe recipe;

  /**
   * @param graph of the denoiser, not quantized
   */
  QuantizationEffect(Graph graph, PrecisionPlan plan, QuantizationRecipe recipe) {
    this.graph = graph;
    this.plan = plan;
    this.recipe = recipe;
  }

  /**
   * Refuses a recipe, or an option of it, that changes nothing.
   *
   * @param groups the option about groups of 4-bit numbers that was given
   * @throws DoptException (USAGE) naming it
   */
  void require(Optional<String> groups) {
    if (plan.quantized().isEmpty()) {
      throw new DoptException(
          ErrorCode.USAGE,
          String.format(
              "--precision %s would quantize nothing: all %d layers of the %s are excluded. Exclude"
                  + " fewer (--exclude, --no-default-exclusions), or compile without --precision.",
              recipe.precision().text(), plan.layers().size(), Calibration.DENOISER));
    }
    if (!(recipe.smoothing() instanceof Smoothing.None) && !QuantizeLayers.canSmooth(graph, plan)) {
      throw inert(
          "--smooth",
          "behind no layer normalisation of the "
              + Calibration.DENOISER
              + " are there quantized linear layers alone");
    }
    if (groups.isPresent() && !plan.layers().containsValue(Precision.INT4_WEIGHT)) {
      throw inert(groups.get(), "no layer is in int4-weight" + because());
    }
  }

  private static DoptException inert(String option, String reason) {
    return new DoptException(
        ErrorCode.USAGE, option + " would have no effect: " + reason + ". Leave it out.");
  }

  private String because() {
    return coarser().isEmpty()
        ? ""
        : "; blocks of " + recipe.blockSize() + " do not divide the input channels of " + names();
  }

  /**
   * Says which linear layers are not in 4 bits, since blocks do not divide their input channels.
   */
  Optional<String> warning() {
    List<String> layers = coarser();
    return layers.isEmpty()
        ? Optional.empty()
        : Optional.of(
            String.format(
                "%d linear layers %s, since blocks of %d do not divide their input channels: %s.",
                layers.size(),
                instead() == Precision.INT8_WEIGHT
                    ? "are in int8-weight"
                    : "stay in floating point",
                recipe.blockSize(),
                names()));
  }

  private String names() {
    List<String> layers = coarser();
    return layers.stream().limit(NAMED).collect(Collectors.joining(", "))
        + (layers.size() > NAMED ? " and " + (layers.size() - NAMED) + " more" : "");
  }

  /** Whether it would be in 4 bits if blocks divided its input channels. */
  private boolean isCoarser(Node node) {
    Shape weight = node.inputs().get(1).type().shape();
    return graph.weightOf(node.inputs().get(1)).isPresent()
        && weight.rank() == 2
        && weight.get(0).constant() % recipe.blockSize() != 0
        && plan.of(node).equals(Optional.of(instead()))
        && recipe.exclusions().stream().noneMatch(exclusion -> exclusion.fits(node.name()));
  }

  /** What a layer gets that blocks do not divide. */
  private Precision instead() {
    return recipe.scheme().refusal(Precision.INT8_WEIGHT).isEmpty()
        ? Precision.INT8_WEIGHT
        : Precision.FLOAT32;
  }

  private List<String> coarser() {
    return recipe.precision() != Precision.INT4_WEIGHT
        ? List.of()
        : graph.nodes().stream()
            .filter(node -> node.operator() instanceof MatMul)
            .filter(this::isCoarser)
            .map(Node::name)
            .toList();
  }
}
