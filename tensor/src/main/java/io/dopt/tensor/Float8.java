package io.dopt.tensor;

/**
 * FP8 E4M3FN ("FP8 Formats for Deep Learning", arXiv:2209.05433): a sign, 4 exponent bits and 3
 * fraction bits; branch-light for bulk use. {@link SmallFloat} is the definition.
 */
final class Float8 {
  private static final int LARGEST = 0x7e;
  private static final int NOT_A_NUMBER = 0x7f;

  private Float8() {}

  /** The nearest number, ties to even; overflow and infinities saturate to 448. */
  static byte fromFloat(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = bits >>> 24 & 0x80;
    int magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000) {
      return (byte) (sign | NOT_A_NUMBER);
    }
    if (magnitude < 0x3c800000) {
      // Below 2^-6 the numbers are multiples of 2^-9: scaling is exact and rint rounds to even.
      return (byte) (sign | (int) Math.rint(Float.intBitsToFloat(magnitude) * 0x1p9));
    }
    int rounded = magnitude - (127 - 7 << 23) + 0x7ffff + (magnitude >>> 20 & 1);
    return (byte) (sign | Math.min(rounded >>> 20, LARGEST));
  }
}
