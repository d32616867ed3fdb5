package io.dopt.quantizer.calibration;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.Arrays;

/** A histogram in the making: its range doubles, by merging neighbours, when a number needs it. */
final class HistogramCounter {
  private static final int HALF = Histogram.BINS / 2;

  private final int[] counts = new int[Histogram.BINS];
  private int exponent = Histogram.LEAST_EXPONENT;
  private long total;

  /** Adds numbers, all finite. */
  void add(float[] numbers, int from, int to) {
    requireRoom(to - from);
    double largest = 0;
    for (int i = from; i < to; i++) {
      largest = Math.max(largest, Math.abs(numbers[i]));
    }
    // The power of two above a number is one more than its exponent, also for a power of two.
    widen(Math.getExponent(largest) + 1);
    // A product with a power of two is exact, so a bin of the final range holds what falls into it.
    double scale = Math.scalb(1.0, -exponent) * HALF;
    for (int i = from; i < to; i++) {
      counts[(int) Math.floor(numbers[i] * scale) + HALF]++;
    }
  }

  /** Adds what another histogram holds. */
  void add(Histogram other) {
    requireRoom(other.total());
    widen(Math.getExponent(other.range()));
    int shift = exponent - Math.getExponent(other.range());
    long[] added = other.counts();
    for (int i = 0; i < added.length; i++) {
      counts[Histogram.nested(other.first() + i, shift)] += (int) added[i];
    }
  }

  private void widen(int needed) {
    int shift = needed - exponent;
    if (shift <= 0) {
      return;
    }
    int[] narrow = counts.clone();
    Arrays.fill(counts, 0);
    for (int bin = 0; bin < narrow.length; bin++) {
      counts[Histogram.nested(bin, shift)] += narrow[bin];
    }
    exponent = needed;
  }

  /** Counts of 32 bits: a large denoiser has thousands of histograms in the making at once. */
  private void requireRoom(long more) {
    if (total > Integer.MAX_VALUE - more) {
      throw new DoptException(
          ErrorCode.UNSUPPORTED,
          "The calibration is too long: a histogram holds up to 2147483647 numbers. Use fewer images"
              + " or steps.");
    }
    total += more;
  }

  Histogram histogram() {
    return Histogram.of(
        Math.scalb(1.0, exponent), 0, Arrays.stream(counts).asLongStream().toArray());
  }
}
