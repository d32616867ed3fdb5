package io.dopt.quantizer;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.SymmetricFormat;

/**
 * How an activation is quantized, all of it with one scale: q = saturate(round(x / scale) + zero
 * point). Follows {@code compute_scale_zp} of onnxruntime's {@code quantization/quant_utils.py}, so
 * that 0 is always exact.
 *
 * @param elementType u8 with a zero point; i8 and f8e4m3fn around zero
 * @param scale positive and finite, in the activation's units
 * @param zeroPoint what stands for 0: 0 to 255 for u8, else 0
 */
public record ActivationQuantization(ElementType elementType, float scale, int zeroPoint) {
  private static final int LARGEST_UNSIGNED = 255;

  public ActivationQuantization {
    boolean unsigned = elementType == ElementType.UINT8;
    boolean symmetric = elementType == ElementType.INT8 || elementType == ElementType.FLOAT8E4M3FN;
    boolean zeroPointFits =
        unsigned ? zeroPoint >= 0 && zeroPoint <= LARGEST_UNSIGNED : symmetric && zeroPoint == 0;
    if (!zeroPointFits || !(scale > 0 && Float.isFinite(scale))) {
      throw new DoptException(
          ErrorCode.INTERNAL,
          String.format(
              "An activation cannot be quantized to %s with scale %s and zero point %d.",
              elementType.text(), scale, zeroPoint));
    }
  }

  /**
   * The quantization that covers a range, which is widened to include 0. Where it is too narrow for
   * a normal scale, 1.
   *
   * @param elementType u8, i8 or f8e4m3fn
   * @param minimum smallest number to be exact
   * @param maximum largest number to be exact
   * @throws DoptException (INTERNAL) when the bounds are no finite numbers in order, or the type is
   *     another one
   */
  public static ActivationQuantization of(ElementType elementType, double minimum, double maximum) {
    if (!(minimum <= maximum) || !Double.isFinite(minimum) || !Double.isFinite(maximum)) {
      throw new DoptException(
          ErrorCode.INTERNAL, "There is no range from " + minimum + " to " + maximum + ".");
    }
    // Bounds in float32, quotients in float64, as the reference computes.
    float least = Math.min((float) minimum, 0);
    float most = Math.max((float) maximum, 0);
    if (elementType == ElementType.UINT8) {
      double scale = (double) (most - least) / LARGEST_UNSIGNED;
      return scale < Float.MIN_NORMAL
          ? new ActivationQuantization(elementType, 1, 0)
          : new ActivationQuantization(elementType, (float) scale, (int) Math.rint(-least / scale));
    }
    SymmetricFormat format =
        elementType == ElementType.INT8 ? SymmetricFormat.INT8 : SymmetricFormat.FLOAT8E4M3FN;
    double scale = (double) Math.max(-least, most) / format.largest();
    return new ActivationQuantization(elementType, scale < Float.MIN_NORMAL ? 1 : (float) scale, 0);
  }
}
