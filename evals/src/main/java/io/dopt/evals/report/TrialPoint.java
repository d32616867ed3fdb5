package io.dopt.evals.report;

/**
 * A mix of precisions that was tried when the candidate was compiled.
 *
 * @param label for readers
 * @param qualityDb PSNR against full precision, in dB
 * @param milliseconds of a denoiser step
 * @param chosen whether it became the candidate
 * @param onFront whether no other is both better and faster
 */
public record TrialPoint(
    String label, double qualityDb, double milliseconds, boolean chosen, boolean onFront) {}
