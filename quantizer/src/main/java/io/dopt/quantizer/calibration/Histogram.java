package io.dopt.quantizer.calibration;

import java.util.Arrays;
import java.util.List;

/**
 * How many numbers fell into each of {@value #BINS} bins of equal width over {@code [-range,
 * range)}. The range is the least power of two above every magnitude, so the bins of any two
 * histograms nest and adding up gives the same counts in whatever order.
 */
public final class Histogram {
  /** Number of bins; bin {@code BINS / 2} begins at zero. */
  public static final int BINS = 2048;

  /** Magnitudes below 2^-64 count as zero. */
  static final int LEAST_EXPONENT = -64;

  /** Every finite float32 is below 2^128. */
  static final int GREATEST_EXPONENT = 128;

  private final double range;
  private final int first;
  private final long[] counts;

  private Histogram(double range, int first, long[] counts) {
    this.range = range;
    this.first = first;
    this.counts = counts;
  }

  /**
   * A histogram.
   *
   * @param range a power of two
   * @param first the bin that {@code counts} begins with
   * @param counts how many numbers each bin holds; all others hold none
   * @throws IllegalArgumentException when a count is negative, they overflow, or the bins are not
   *     within {@value #BINS}
   */
  public static Histogram of(double range, int first, long... counts) {
    int exponent = Math.getExponent(range);
    if (exponent < LEAST_EXPONENT
        || exponent > GREATEST_EXPONENT
        || range != Math.scalb(1.0, exponent)) {
      throw new IllegalArgumentException("the range " + range + " is not a power of two");
    }
    if (first < 0 || counts.length > BINS || first > BINS - counts.length) {
      throw new IllegalArgumentException(
          counts.length + " bins from " + first + " on are not within " + BINS);
    }
    int begin = 0;
    int end = counts.length;
    long total = 0;
    for (int i = 0; i < counts.length; i++) {
      total += counts[i];
      if (counts[i] < 0 || total < 0) {
        throw new IllegalArgumentException("bin " + (first + i) + " holds " + counts[i]);
      }
    }
    while (begin < end && counts[begin] == 0) {
      begin++;
    }
    while (begin < end && counts[end - 1] == 0) {
      end--;
    }
    return new Histogram(
        range, begin == end ? 0 : first + begin, Arrays.copyOfRange(counts, begin, end));
  }

  /** Where the bins end on both sides of zero. */
  public double range() {
    return range;
  }

  /** The first bin that holds a number; 0 when none does. */
  public int first() {
    return first;
  }

  /** The counts from {@link #first} to the last bin that holds a number. */
  public long[] counts() {
    return counts.clone();
  }

  /** How many numbers a bin holds. */
  public long count(int bin) {
    return bin < first || bin >= first + counts.length ? 0 : counts[bin - first];
  }

  /** How many numbers there are. */
  public long total() {
    return Arrays.stream(counts).sum();
  }

  /** The width of a bin. */
  public double width() {
    return 2 * range / BINS;
  }

  /** Where a bin begins. */
  public double lower(int bin) {
    return (bin - BINS / 2) * width();
  }

  /** The middle of a bin. */
  public double middle(int bin) {
    return (bin - BINS / 2 + 0.5) * width();
  }

  /** The histogram of the numbers without their signs. */
  Histogram magnitudes() {
    long[] folded = new long[BINS / 2];
    for (int i = 0; i < folded.length; i++) {
      folded[i] = count(BINS / 2 + i) + count(BINS / 2 - 1 - i);
    }
    return of(range, BINS / 2, folded);
  }

  /** The histogram of the numbers of both. */
  Histogram plus(Histogram other) {
    int exponent = Math.max(Math.getExponent(range), Math.getExponent(other.range));
    long[] sum = new long[BINS];
    for (Histogram part : List.of(this, other)) {
      int shift = exponent - Math.getExponent(part.range);
      for (int i = 0; i < part.counts.length; i++) {
        sum[nested(part.first + i, shift)] += part.counts[i];
      }
    }
    return of(Math.scalb(1.0, exponent), 0, sum);
  }

  /** The bin that holds {@code bin} once the range doubled {@code shift} times. */
  static int nested(int bin, int shift) {
    return ((bin - BINS / 2) >> Math.min(shift, Integer.SIZE - 1)) + BINS / 2;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Histogram histogram
        && range == histogram.range
        && first == histogram.first
        && Arrays.equals(counts, histogram.counts);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * Double.hashCode(range) + first) + Arrays.hashCode(counts);
  }

  @Override
  public String toString() {
    return total() + " numbers within " + range;
  }
}
