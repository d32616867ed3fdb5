package io.dopt.evals.statistics;

import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.apache.commons.math3.random.RandomGenerator;
import org.apache.commons.math3.random.Well19937c;
import org.apache.commons.math3.stat.StatUtils;

/**
 * The percentile bootstrap (Efron, "Bootstrap methods: another look at the jackknife", 1979): the
 * statistic of many resamples with replacement, whose 2.5th and 97.5th percentiles are the 95%
 * interval. A resample is drawn over whole samples, so that what belongs to one sample (a pair of
 * images, a pair of times) stays together.
 *
 * @param seed of the generator (WELL19937c); every interval starts from it anew, so intervals do
 *     not depend on the order in which they are asked for
 * @param resamples how many
 */
public record Bootstrap(long seed, int resamples) {
  /** Enough for the second digit of an interval. */
  public static final int DEFAULT_RESAMPLES = 2000;

  /** The one every report takes. */
  public static Bootstrap usual() {
    return new Bootstrap(0, DEFAULT_RESAMPLES);
  }

  /** Mean and quantiles of {@code values}, at least one, with their intervals. */
  public SampleSummary summarize(double[] values) {
    return new SampleSummary(
        values.length,
        estimate(values, StatUtils::mean),
        estimate(values, sample -> Quantiles.percentile(sample, 50)),
        estimate(values, sample -> Quantiles.percentile(sample, 5)),
        estimate(values, sample -> Quantiles.percentile(sample, 95)),
        StatUtils.min(values),
        StatUtils.max(values));
  }

  /** The mean of {@code values}, at least one. */
  public Estimate mean(double[] values) {
    return estimate(values, StatUtils::mean);
  }

  /** The mean of {@code first} minus that of {@code second}, which do not belong together. */
  public Estimate difference(double[] first, double[] second) {
    double value = StatUtils.mean(first) - StatUtils.mean(second);
    if (first.length < 2 || second.length < 2) {
      return new Estimate(value, Optional.empty());
    }
    RandomGenerator random = new Well19937c(seed);
    double[] differences = new double[resamples];
    for (int r = 0; r < resamples; r++) {
      differences[r] = resampledMean(first, random) - resampledMean(second, random);
    }
    return new Estimate(value, Optional.of(interval(differences)));
  }

  private static double resampledMean(double[] values, RandomGenerator random) {
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      sum += values[random.nextInt(values.length)];
    }
    return sum / values.length;
  }

  private static Interval interval(double[] statistics) {
    return new Interval(
        Quantiles.percentile(statistics, 2.5), Quantiles.percentile(statistics, 97.5));
  }

  /** A statistic of {@code values}, at least one. */
  public Estimate estimate(double[] values, ToDoubleFunction<double[]> statistic) {
    double[] resample = new double[values.length];
    return estimate(
        values.length,
        indices -> {
          for (int i = 0; i < indices.length; i++) {
            resample[i] = values[indices[i]];
          }
          return statistic.applyAsDouble(resample);
        });
  }

  /**
   * A statistic over samples of any kind.
   *
   * @param count samples, at least one
   * @param statistic of the samples with the given indices, which may repeat
   */
  public Estimate estimate(int count, ToDoubleFunction<int[]> statistic) {
    int[] indices = new int[count];
    for (int i = 0; i < count; i++) {
      indices[i] = i;
    }
    double value = statistic.applyAsDouble(indices);
    if (count < 2) {
      return new Estimate(value, Optional.empty());
    }
    RandomGenerator random = new Well19937c(seed);
    double[] statistics = new double[resamples];
    for (int r = 0; r < resamples; r++) {
      for (int i = 0; i < count; i++) {
        indices[i] = random.nextInt(count);
      }
      statistics[r] = statistic.applyAsDouble(indices);
    }
    return new Estimate(value, Optional.of(interval(statistics)));
  }
}
