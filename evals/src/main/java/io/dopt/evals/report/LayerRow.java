package io.dopt.evals.report;

import java.util.List;
import java.util.Optional;

/**
 * A row of the layer table: what was measured here beside what the bundle says.
 *
 * @param layer its module
 * @param kernels what the engine runs for it
 * @param planned precision; absent for a layer the recipe does not speak of
 * @param found precision; absent when nobody looked
 * @param fellBack whether the engine runs it in another precision than planned
 * @param milliseconds of a denoiser step; absent for a layer that the engine has folded into others
 * @param share of the denoiser's time, 0 to 1
 * @param referenceMilliseconds the same layer of the reference
 * @param sensitivityDb by how much less noise it adds than the most sensitive layer, in dB
 */
public record LayerRow(
    String layer,
    List<String> kernels,
    Optional<String> planned,
    Optional<String> found,
    boolean fellBack,
    Optional<Double> milliseconds,
    Optional<Double> share,
    Optional<Double> referenceMilliseconds,
    Optional<Double> sensitivityDb) {
  public LayerRow {
    kernels = List.copyOf(kernels);
  }
}
