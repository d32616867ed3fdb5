package io.dopt.quantizer;

import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** Keeps the smallest and the largest number of every value over any number of runs. */
public final class RangeObserver implements ActivationObserver {
  private final SortedMap<String, Range> ranges = new TreeMap<>();

  /**
   * Smallest and largest number seen.
   *
   * @param minimum smallest
   * @param maximum largest
   */
  public record Range(double minimum, double maximum) {
    private Range union(Range other) {
      return new Range(Math.min(minimum, other.minimum), Math.max(maximum, other.maximum));
    }
  }

  /**
   * Widens the range of {@code value}.
   *
   * @throws DoptException (QUALITY) when the activation has a NaN or an infinity: a range of it
   *     means nothing
   */
  @Override
  public void observe(String value, DenseTensor activation) {
    double minimum = Double.POSITIVE_INFINITY;
    double maximum = Double.NEGATIVE_INFINITY;
    for (double number : activation.toDoubles()) {
      if (!Double.isFinite(number)) {
        throw new DoptException(
            ErrorCode.QUALITY,
            String.format(
                "The value %s became %s while calibrating, so it has no range. Check the"
                    + " checkpoint and the calibration inputs.",
                value, number));
      }
      minimum = Math.min(minimum, number);
      maximum = Math.max(maximum, number);
    }
    if (minimum <= maximum) {
      ranges.merge(value, new Range(minimum, maximum), Range::union);
    }
  }

  /** The ranges so far, by value. */
  public SortedMap<String, Range> ranges() {
    return Collections.unmodifiableSortedMap(ranges);
  }
}
