package io.dopt.tensor;

/** IEEE 754 binary16, a sign, 5 exponent bits and 10 fraction bits; branch-light for bulk use. */
public final class Half {
  private static final float TWO_TO_MINUS_24 = 0x1p-24f;

  private Half() {}

  /** The exact value of the half whose bits are given. */
  public static float toFloat(short half) {
    int magnitude = half & 0x7fff;
    int sign = (half & 0x8000) << 16;
    if (magnitude >= 0x7c00) {
      return Float.intBitsToFloat(sign | 0x7f800000 | (magnitude & 0x3ff) << 13);
    }
    if (magnitude < 0x400) {
      return Float.intBitsToFloat(sign | Float.floatToRawIntBits(magnitude * TWO_TO_MINUS_24));
    }
    return Float.intBitsToFloat(sign | (magnitude << 13) + (127 - 15 << 23));
  }

  /** The nearest half, ties to even; overflow to infinity, NaN to a quiet NaN. */
  public static short fromFloat(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = bits >>> 16 & 0x8000;
    int magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000) {
      return (short) (sign | 0x7e00);
    }
    if (magnitude < 0x38800000) {
      // Below 2^-14 the half is a multiple of 2^-24: scaling is exact and rint rounds to even.
      return (short) (sign | (int) Math.rint(Float.intBitsToFloat(magnitude) * 0x1p24));
    }
    int rounded = magnitude - (127 - 15 << 23) + 0xfff + (magnitude >>> 13 & 1);
    return (short) (sign | Math.min(rounded >>> 13, 0x7c00));
  }
}
