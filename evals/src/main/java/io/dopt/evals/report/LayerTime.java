package io.dopt.evals.report;

import java.util.List;

/**
 * What one layer of the denoiser takes, from the engine's own profile.
 *
 * @param layer the module the engine's nodes come from, e.g. {@code mid_block.resnets.0.conv1};
 *     {@value #OF_THE_ENGINE} for nodes that the engine added and named itself
 * @param operators what the engine runs for it, slowest first
 * @param millisecondsPerStep of all its nodes in one call of the denoiser, the mean
 * @param share of the time of all layers, 0 to 1
 */
public record LayerTime(
    String layer, List<String> operators, double millisecondsPerStep, double share) {
  /** The layer of nodes that belong to no module: reorderings, reshapes. */
  public static final String OF_THE_ENGINE = "(added by the engine)";

  public LayerTime {
    operators = List.copyOf(operators);
  }
}
