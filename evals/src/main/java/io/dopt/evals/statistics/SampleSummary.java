package io.dopt.evals.statistics;

/**
 * What a sample of a metric says. Only the mean and the quantiles carry an interval: the bootstrap
 * says nothing about extremes.
 *
 * @param count samples
 * @param mean arithmetic mean
 * @param median 50th percentile
 * @param p05 5th percentile
 * @param p95 95th percentile
 * @param minimum the smallest
 * @param maximum the largest
 */
public record SampleSummary(
    int count,
    Estimate mean,
    Estimate median,
    Estimate p05,
    Estimate p95,
    double minimum,
    double maximum) {}
