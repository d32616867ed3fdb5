package io.dopt.evals.report;

/**
 * How far the sides' latents are apart after a denoising step, both having started from the same
 * noise.
 *
 * @param step counted from 1
 * @param meanSquaredError over all values of all samples
 * @param relative the same over the mean square of the reference's latents: what share of their
 *     energy the difference has
 */
public record LatentError(int step, double meanSquaredError, double relative) {}
