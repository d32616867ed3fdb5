package io.dopt.evals.statistics;

/**
 * A confidence interval.
 *
 * @param low lower end
 * @param high upper end, not below {@code low}
 */
public record Interval(double low, double high) {}
