package io.dopt.evals.report;

import java.util.Optional;

/**
 * How one layer of the candidate is quantized.
 *
 * @param layer its node, which leads back to the module: {@code mid_block.resnets.0.conv1/Conv}
 * @param planned the precision that the recipe gives it, e.g. {@code int8}
 * @param found the precision the engine was found to run it in; absent when nobody looked
 * @param kernel the engine's operator that was found; absent when nobody looked
 * @param sensitivityDb by how much less noise it adds than the most sensitive layer, in dB, 0 for
 *     that one
 */
public record LayerPrecision(
    String layer,
    String planned,
    Optional<String> found,
    Optional<String> kernel,
    Optional<Double> sensitivityDb) {

  /** Builders name nodes {@code module/Operator}. */
  String module() {
    int slash = layer.indexOf('/');
    return slash > 0 ? layer.substring(0, slash) : layer;
  }

  /**
   * Whether the engine runs it in another precision than planned. {@code fp8 (computed in f32)} is
   * as planned where there are no kernels of it.
   */
  boolean fellBack() {
    return found
        .filter(precision -> !precision.equals(planned) && !precision.startsWith(planned + " ("))
        .isPresent();
  }
}
