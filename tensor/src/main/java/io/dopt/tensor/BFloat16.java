package io.dopt.tensor;

/** bfloat16: the upper half of a binary32, a sign, 8 exponent bits and 7 fraction bits. */
public final class BFloat16 {
  private BFloat16() {}

  /** The exact value of the bfloat16 whose bits are given. */
  public static float toFloat(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  /** The nearest bfloat16, ties to even; overflow to infinity, NaN to a quiet NaN. */
  public static short fromFloat(float value) {
    int bits = Float.floatToRawIntBits(value);
    if ((bits & 0x7fffffff) > 0x7f800000) {
      return (short) (bits >>> 16 & 0x8000 | 0x7fc0);
    }
    return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
  }
}
