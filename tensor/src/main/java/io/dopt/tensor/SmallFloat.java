package io.dopt.tensor;

/**
 * Binary floating-point formats of 16 and 8 bits, one row each: sign, exponent, fraction, and
 * whether the format has infinities. Decoding is exact; encoding rounds to nearest, ties to even
 * (IEEE 754-2019, 4.3.1), in one step from double precision.
 *
 * <p>Overflow follows ONNX {@code Cast} with {@code saturate = 1}: 16-bit formats overflow to
 * infinity, 8-bit ones (infinity included) saturate to the largest finite number. Formats: IEEE 754
 * binary16; bfloat16, the upper half of binary32; E4M3FN and E5M2 of "FP8 Formats for Deep
 * Learning" (arXiv:2209.05433).
 */
enum SmallFloat {
  HALF(5, 10, true, false),
  BFLOAT16(8, 7, true, false),
  E4M3FN(4, 3, false, true),
  E5M2(5, 2, true, true);

  private final int fractionBits;
  private final int bias;
  private final int signMask;
  private final int largestFinite;
  private final int infinity;
  private final int notANumber;
  private final boolean hasInfinity;
  private final boolean saturates;

  SmallFloat(int exponentBits, int fractionBits, boolean hasInfinity, boolean saturates) {
    this.fractionBits = fractionBits;
    this.hasInfinity = hasInfinity;
    this.saturates = saturates;
    bias = (1 << (exponentBits - 1)) - 1;
    signMask = 1 << (exponentBits + fractionBits);
    int allOnes = signMask - 1;
    infinity = ((1 << exponentBits) - 1) << fractionBits;
    notANumber = hasInfinity ? infinity | 1 << (fractionBits - 1) : allOnes;
    largestFinite = hasInfinity ? infinity - 1 : allOnes - 1;
  }

  /** The value of the low bits of {@code bits}; every value of these formats is a float. */
  float decode(int bits) {
    int magnitude = bits & (signMask - 1);
    float value;
    if (hasInfinity ? magnitude > infinity : magnitude == notANumber) {
      value = Float.NaN;
    } else if (hasInfinity && magnitude == infinity) {
      value = Float.POSITIVE_INFINITY;
    } else {
      int exponent = magnitude >> fractionBits;
      int fraction = magnitude & ((1 << fractionBits) - 1);
      value =
          exponent == 0
              ? Math.scalb((float) fraction, 1 - bias - fractionBits)
              : Math.scalb((float) (fraction | 1 << fractionBits), exponent - bias - fractionBits);
    }
    return (bits & signMask) == 0 ? value : -value;
  }

  /** The nearest value of this format, as its bits. */
  int encode(double value) {
    int sign = Double.doubleToRawLongBits(value) < 0 ? signMask : 0;
    if (Double.isNaN(value)) {
      return sign | notANumber;
    }
    double absolute = Math.abs(value);
    if (Double.isInfinite(absolute)) {
      return sign | (saturates ? largestFinite : infinity);
    }
    // In units of the last place of its binade (subnormals share the lowest one), rint rounds
    // right.
    int exponent = Math.max(Math.getExponent(absolute), 1 - bias);
    long units = (long) Math.rint(Math.scalb(absolute, fractionBits - exponent));
    // A carry out of the fraction runs into the exponent, which is what it should do.
    long magnitude = ((long) (exponent + bias - 1) << fractionBits) + units;
    if (magnitude > largestFinite) {
      magnitude = saturates ? largestFinite : infinity;
    }
    return sign | (int) magnitude;
  }
}
