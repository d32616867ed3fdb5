package io.dopt.passes.evaluation;

/** The Gauss error function. */
final class ErrorFunction {
  /** Beyond this the result is 1 in float64. */
  private static final double SATURATION = 6;

  private ErrorFunction() {}

  /**
   * erf(x) to about 1e-15, by the series 2/sqrt(pi) exp(-x^2) sum 2^n x^(2n+1) / (2n+1)!! (DLMF
   * 7.6.2), whose terms all have one sign.
   */
  static double erf(double x) {
    if (Double.isNaN(x)) {
      return x;
    }
    if (Math.abs(x) > SATURATION) {
      return Math.signum(x);
    }
    double term = x;
    double sum = x;
    for (int n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
      term *= 2 * x * x / (2 * n + 1);
      sum += term;
    }
    return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
  }
}
