package io.dopt.tensor;

/**
 * The small types that weights are quantized to around zero, without a zero point. A number divided
 * by its scale is rounded to nearest, ties to even, and saturated, as ONNX {@code QuantizeLinear}
 * does.
 */
public enum SymmetricFormat {
  INT8(ElementType.INT8, 127),
  INT4(ElementType.INT4, 7),
  FLOAT8E4M3FN(ElementType.FLOAT8E4M3FN, 448);

  private final ElementType elementType;
  private final float largest;

  SymmetricFormat(ElementType elementType, float largest) {
    this.elementType = elementType;
    this.largest = largest;
  }

  /** The type of the stored elements. */
  public ElementType elementType() {
    return elementType;
  }

  /** The largest number that it has with both signs: what the largest magnitude is mapped to. */
  public float largest() {
    return largest;
  }

  /** The bits of the number nearest to {@code quotient}; a NaN is 0 unless the type has one. */
  public byte encode(float quotient) {
    return switch (this) {
      case INT8 -> (byte) Math.max(-128, Math.min(127, (int) Math.rint(quotient)));
      case INT4 -> (byte) Math.max(-8, Math.min(7, (int) Math.rint(quotient)));
      case FLOAT8E4M3FN -> Float8.fromFloat(quotient);
    };
  }

  /** The number whose bits are given. */
  public float decode(byte bits) {
    return switch (this) {
      case INT8, INT4 -> bits;
      case FLOAT8E4M3FN -> SmallFloat.E4M3FN.decode(bits);
    };
  }
}
