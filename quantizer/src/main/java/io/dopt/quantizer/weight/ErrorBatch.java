package io.dopt.quantizer.weight;

import io.dopt.tensor.SymmetricFormat;

/**
 * A few numbers whose squared rounding errors are computed for one clipping ratio after another.
 * The loops are free of branches, so that the compiler makes vector instructions of them: rounding
 * is done by adding and subtracting a number whose last place is the wanted one.
 */
final class ErrorBatch {
  private static final int CAPACITY = 1024;

  /** Rounds a float below 2^22 to an integer, ties to even. */
  private static final float TO_INTEGER = 0x1.8p23f;

  /** Rounds a float below 2^13 to a multiple of 2^-9, the smallest number of E4M3FN. */
  private static final float TO_SMALLEST = 0x1.8p14f;

  /** Rounds a float to the 4 significant bits of E4M3FN (Veltkamp's splitting). */
  private static final float TO_FOUR_BITS = 0x1p20f + 1;

  private final SymmetricFormat format;
  private final float[] steps = new float[CAPACITY];
  private final float[] factors = new float[CAPACITY];
  private final int[] groups = new int[CAPACITY];
  private final float[] squares = new float[CAPACITY];
  private int count;
  private boolean oneGroup = true;

  ErrorBatch(SymmetricFormat format) {
    this.format = format;
  }

  boolean isFull() {
    return count == CAPACITY;
  }

  void clear() {
    count = 0;
    oneGroup = true;
  }

  /**
   * @param value in steps of the unclipped scale
   * @param factor of its squared error
   * @param group to whose error that is added
   */
  void add(float value, float factor, int group) {
    steps[count] = value;
    factors[count] = factor;
    groups[count] = group;
    oneGroup &= group == groups[0];
    count++;
  }

  /** Adds to the error of every group what scales times {@code ratio} make, in squared steps. */
  void addTo(double[] errors, float ratio) {
    switch (format) {
      case INT8 -> squareIntegers(ratio, -128, 127);
      case INT4 -> squareIntegers(ratio, -8, 7);
      case FLOAT8E4M3FN -> squareFloats(ratio, format.largest());
    }
    if (oneGroup && count > 0) {
      errors[groups[0]] += sum();
    } else {
      for (int i = 0; i < count; i++) {
        errors[groups[i]] += squares[i];
      }
    }
  }

  private void squareIntegers(float ratio, float least, float most) {
    float inverse = 1 / ratio;
    for (int i = 0; i < count; i++) {
      float rounded = steps[i] * inverse + TO_INTEGER - TO_INTEGER;
      float error = steps[i] - Math.max(least, Math.min(most, rounded)) * ratio;
      squares[i] = factors[i] * error * error;
    }
  }

  private void squareFloats(float ratio, float most) {
    float inverse = 1 / ratio;
    for (int i = 0; i < count; i++) {
      float fine = steps[i] * inverse + TO_SMALLEST - TO_SMALLEST;
      float wide = fine * TO_FOUR_BITS;
      float rounded = wide - (wide - fine);
      float error = steps[i] - Math.max(-most, Math.min(most, rounded)) * ratio;
      squares[i] = factors[i] * error * error;
    }
  }

  /** Four sums side by side, since one would wait for every addition. */
  private double sum() {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int i = 0;
    for (; i + 3 < count; i += 4) {
      a += squares[i];
      b += squares[i + 1];
      c += squares[i + 2];
      d += squares[i + 3];
    }
    for (; i < count; i++) {
      a += squares[i];
    }
    return a + b + (c + d);
  }
}
