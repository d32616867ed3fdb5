package io.dopt.quantizer.calibration;

import java.util.Arrays;

/** A histogram in the making: its range doubles, by merging neighbours, when a number needs it. */
final class HistogramCounter {
  private static final int HALF = Histogram.BINS / 2;

  private final long[] counts = new long[Histogram.BINS];
  private int exponent = Histogram.LEAST_EXPONENT;

  /** Adds numbers, all finite. */
  void add(float[] numbers, int from, int to) {
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
    widen(Math.getExponent(other.range()));
    int shift = exponent - Math.getExponent(other.range());
    long[] added = other.counts();
    for (int i = 0; i < added.length; i++) {
      counts[nested(other.first() + i, shift)] += added[i];
    }
  }

  private void widen(int needed) {
    int shift = needed - exponent;
    if (shift <= 0) {
      return;
    }
    long[] narrow = counts.clone();
    Arrays.fill(counts, 0);
    for (int bin = 0; bin < narrow.length; bin++) {
      counts[nested(bin, shift)] += narrow[bin];
    }
    exponent = needed;
  }

  /** The bin that holds {@code bin} once the range doubled {@code shift} times. */
  private static int nested(int bin, int shift) {
    return ((bin - HALF) >> Math.min(shift, Integer.SIZE - 1)) + HALF;
  }

  Histogram histogram() {
    return Histogram.of(Math.scalb(1.0, exponent), 0, counts);
  }
}
