package io.dopt.evals.report;

/**
 * Another bundle that was judged against the same reference earlier.
 *
 * @param label of it
 * @param path of its report, as it was given
 * @param qualityDb its mean PSNR, in dB
 * @param relativeStepTime the time of a denoiser step over that of the reference, both medians of
 *     the same run, so that it does not matter how fast the machine was then
 */
public record Alternative(String label, String path, double qualityDb, double relativeStepTime) {}
