package io.dopt.quantizer.calibration;

/**
 * The numbers that a quantized value is to tell apart; those outside are clipped.
 *
 * @param minimum lower end
 * @param maximum upper end, not below the lower one
 */
public record Range(double minimum, double maximum) {
  public Range {
    if (!(minimum <= maximum)) {
      throw new IllegalArgumentException("no range from " + minimum + " to " + maximum);
    }
  }

  /** The largest magnitude in it. */
  public double absoluteMaximum() {
    return Math.max(Math.abs(minimum), Math.abs(maximum));
  }
}
