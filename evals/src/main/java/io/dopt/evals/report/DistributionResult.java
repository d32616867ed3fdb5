package io.dopt.evals.report;

import io.dopt.evals.statistics.Estimate;

/**
 * How far the candidate's images are from the reference's as two sets, whatever belongs together: a
 * distance of distributions of features. It is biased upwards, the more the fewer images there are,
 * and can rate a worse set better, so that no gate takes it.
 *
 * @param name the key, in the manner of {@code frechet}
 * @param label for readers
 * @param network whose features
 * @param count images of each side
 * @param dimensions of a feature vector
 * @param value the distance, with an interval over resampled pairs where there is one
 * @param caveat what a reader must know to take it rightly, one or two sentences
 */
public record DistributionResult(
    String name,
    String label,
    String network,
    int count,
    int dimensions,
    Estimate value,
    String caveat) {}
