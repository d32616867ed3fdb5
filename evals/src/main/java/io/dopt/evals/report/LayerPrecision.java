package io.dopt.evals.report;

import java.util.Optional;

/**
 * How one layer of the candidate is quantized.
 *
 * @param layer its module, e.g. {@code mid_block.resnets.0.conv1}
 * @param planned the precision that the recipe gives it, e.g. {@code int8}
 * @param found the precision the engine was found to run it in; absent when nobody looked
 * @param kernel the engine's operator that was found; absent when nobody looked
 * @param shareOfTime of the denoiser's, 0 to 1, when it was compiled
 * @param sensitivityDb the PSNR in dB that is left when this layer alone is quantized: the lower,
 *     the more sensitive
 */
public record LayerPrecision(
    String layer,
    String planned,
    Optional<String> found,
    Optional<String> kernel,
    Optional<Double> shareOfTime,
    Optional<Double> sensitivityDb) {}
