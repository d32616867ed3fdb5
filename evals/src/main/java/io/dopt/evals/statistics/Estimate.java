package io.dopt.evals.statistics;

import java.util.Optional;

/**
 * A statistic of a sample.
 *
 * @param value the statistic of the sample at hand
 * @param interval95 where it lies with 95% confidence; absent for fewer than two samples, which say
 *     nothing about their spread
 */
public record Estimate(double value, Optional<Interval> interval95) {}
