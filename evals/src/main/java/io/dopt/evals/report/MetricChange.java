package io.dopt.evals.report;

import io.dopt.evals.statistics.Estimate;

/**
 * A mean then and now.
 *
 * @param name of the metric or score
 * @param label for readers
 * @param higherIsBetter whether more is better
 * @param baseline the mean of the candidate of the earlier evaluation
 * @param mean of this one's
 * @param change this one's minus the earlier one's
 */
public record MetricChange(
    String name,
    String label,
    boolean higherIsBetter,
    double baseline,
    double mean,
    Estimate change) {}
