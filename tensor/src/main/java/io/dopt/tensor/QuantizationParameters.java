package io.dopt.tensor;

import java.util.List;

/**
 * How a tensor is quantized: q = saturate(round(x / scale)), x ~ q * scale.
 *
 * @param format the small type
 * @param granularity which elements share a scale
 * @param scale float32, of the shape that {@code granularity} asks for; positive and finite
 */
public record QuantizationParameters(
    SymmetricFormat format, Granularity granularity, DenseTensor scale) {
  public QuantizationParameters {
    for (float factor : scale.toFloats()) {
      if (!(factor > 0 && factor < Float.POSITIVE_INFINITY)) {
        throw new DoptException(ErrorCode.INTERNAL, "A scale cannot be " + factor + ".");
      }
    }
  }

  /** One scale for all elements. */
  public static QuantizationParameters perTensor(SymmetricFormat format, float scale) {
    return new QuantizationParameters(
        format, new Granularity.PerTensor(), DenseTensor.ofFloats(List.of(), scale));
  }

  /** A scale per index along {@code axis}. */
  public static QuantizationParameters perAxis(SymmetricFormat format, int axis, float... scales) {
    return new QuantizationParameters(
        format,
        new Granularity.PerAxis(axis),
        DenseTensor.ofFloats(List.of((long) scales.length), scales));
  }

  /**
   * The scales that map the largest magnitude of every group to the format's largest number; 1 for
   * a group of zeros.
   *
   * @param shape of the tensor
   * @param maxima largest magnitudes, finite, in the order of the scales
   */
  public static QuantizationParameters ofMaxima(
      SymmetricFormat format, Granularity granularity, List<Long> shape, float... maxima) {
    float[] scales = new float[maxima.length];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = scale(format, maxima[i]);
    }
    return new QuantizationParameters(
        format, granularity, DenseTensor.ofFloats(granularity.scaleShape(shape), scales));
  }

  /** The scale that maps {@code maximum} to the format's largest number; 1 if that would be 0. */
  public static float scale(SymmetricFormat format, float maximum) {
    float scale = maximum / format.largest();
    return scale == 0 ? 1 : scale;
  }

  /** The type of the stored elements. */
  public ElementType elementType() {
    return format.elementType();
  }
}
