package io.dopt.tensor;

/**
 * The values a shape symbol may take.
 *
 * @param minimum smallest value, at least 1
 * @param maximum largest value
 * @param multipleOf every value is a multiple of this, at least 1
 */
public record SymbolRange(long minimum, long maximum, long multipleOf) {
  public SymbolRange {
    if (minimum < 1 || maximum < minimum || multipleOf < 1) {
      throw new IllegalArgumentException(
          "not a range: " + minimum + ".." + maximum + " in multiples of " + multipleOf);
    }
  }

  /** Whether {@code value} is in the range and a multiple. */
  public boolean contains(long value) {
    return value >= minimum && value <= maximum && value % multipleOf == 0;
  }

  /** The least number that is a multiple of both, which are positive. */
  public static long leastCommonMultiple(long left, long right) {
    return left * new Fraction(right, left).numerator();
  }
}
