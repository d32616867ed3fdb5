package io.dopt.evals.report;

import io.dopt.evals.statistics.Estimate;

/**
 * A score of single images over all samples, on both sides.
 *
 * @param name the key, in the manner of {@code clip}
 * @param label for readers
 * @param higherIsBetter whether more is better
 * @param count samples
 * @param candidate mean score of the candidate's images
 * @param reference mean score of the reference's images
 * @param delta mean of candidate minus reference within each pair
 */
public record ScoreResult(
    String name,
    String label,
    boolean higherIsBetter,
    int count,
    Estimate candidate,
    Estimate reference,
    Estimate delta) {}
