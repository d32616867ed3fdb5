package io.dopt.evals.statistics;

import org.apache.commons.math3.stat.descriptive.rank.Percentile;
import org.apache.commons.math3.stat.descriptive.rank.Percentile.EstimationType;

/**
 * Quantiles with linear interpolation between order statistics (Hyndman and Fan's type 7, NumPy's
 * default).
 */
public final class Quantiles {
  private Quantiles() {}

  /**
   * A percentile of a sample.
   *
   * @param values at least one, in any order
   * @param percent above 0, at most 100
   */
  public static double percentile(double[] values, double percent) {
    return new Percentile().withEstimationType(EstimationType.R_7).evaluate(values, percent);
  }
}
