package io.dopt.runtime.scheduler;

/**
 * The beta distribution with both parameters equal. Being symmetric it needs no gamma function: the
 * integral of its density up to one half is half of the whole.
 *
 * @param shape both parameters, above 0
 */
record SymmetricBeta(double shape) {
  /** The value below which a share {@code probability} of the distribution lies. */
  double quantile(double probability) {
    if (probability > 0.5) {
      return 1 - quantile(1 - probability);
    }
    double wanted = probability * 2 * integral(0.5);
    double low = 0;
    double high = 0.5;
    for (double middle = 0.25; middle > low && middle < high; middle = (low + high) / 2) {
      if (integral(middle) < wanted) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return probability == 0 ? 0 : high;
  }

  /**
   * The integral of {@code (t (1 - t))^(shape - 1)} from 0 to {@code x <= 0.5}, by the binomial
   * series of the second factor; each term is less than half of the one before.
   */
  private double integral(double x) {
    double coefficient = 1;
    double sum = 0;
    for (int n = 0; Math.abs(coefficient) > 1e-18; n++) {
      sum += coefficient / (shape + n);
      coefficient *= x * (n + 1 - shape) / (n + 1);
    }
    return Math.pow(x, shape) * sum;
  }
}
