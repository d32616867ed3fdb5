package io.dopt.evals.report;

/**
 * A bundle by its quality and speed, both against the reference.
 *
 * @param label for readers
 * @param qualityDb mean PSNR, in dB
 * @param relativeStepTime the time of a denoiser step over the reference's
 * @param candidate whether it is the one that the report is about
 * @param onFront whether no other is at least as good and as fast, and better in one
 */
public record ParetoPoint(
    String label, double qualityDb, double relativeStepTime, boolean candidate, boolean onFront) {}
