package io.dopt.evals.report;

/**
 * A mix of precisions that was tried when the candidate was compiled.
 *
 * @param label for readers
 * @param quantizedShare of the denoiser's multiplications that are quantized, 0 to 1
 * @param qualityDb PSNR against full precision, in dB
 * @param chosen whether it became the candidate
 */
public record TrialPoint(String label, double quantizedShare, double qualityDb, boolean chosen) {}
