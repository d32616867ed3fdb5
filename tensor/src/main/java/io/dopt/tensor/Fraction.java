package io.dopt.tensor;

/**
 * A rational number in lowest terms with a positive denominator; overflow is an
 * ArithmeticException.
 */
record Fraction(long numerator, long denominator) {
  Fraction {
    if (denominator == 0) {
      throw new ArithmeticException("division by zero");
    }
    long divisor = greatestCommonDivisor(Math.abs(numerator), Math.abs(denominator));
    long sign = denominator < 0 ? -1 : 1;
    numerator = sign * numerator / divisor;
    denominator = sign * denominator / divisor;
  }

  static Fraction of(long value) {
    return new Fraction(value, 1);
  }

  boolean isZero() {
    return numerator == 0;
  }

  Fraction plus(Fraction other) {
    return new Fraction(
        Math.addExact(
            Math.multiplyExact(numerator, other.denominator),
            Math.multiplyExact(other.numerator, denominator)),
        Math.multiplyExact(denominator, other.denominator));
  }

  Fraction times(Fraction other) {
    return new Fraction(
        Math.multiplyExact(numerator, other.numerator),
        Math.multiplyExact(denominator, other.denominator));
  }

  Fraction dividedBy(long divisor) {
    return new Fraction(numerator, Math.multiplyExact(denominator, divisor));
  }

  Fraction dividedBy(Fraction divisor) {
    return new Fraction(
        Math.multiplyExact(numerator, divisor.denominator),
        Math.multiplyExact(denominator, divisor.numerator));
  }

  private static long greatestCommonDivisor(long left, long right) {
    return right == 0 ? Math.max(left, 1) : greatestCommonDivisor(right, left % right);
  }
}
