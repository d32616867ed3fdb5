package io.dopt.compiler.tensorrt;

import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.LazyTensor;

/** Scales of quantized numbers in a type with fewer digits. */
final class RoundedScale {
  /** 2^-24, the smallest positive number of f16; TensorRT refuses scales of 0. */
  private static final float SMALLEST_FLOAT16 = 0x1p-24f;

  private RoundedScale() {}

  /**
   * Scales rounded to {@code precision}, none to 0, stored as {@code type}.
   *
   * @param scale float32, small: one per channel or block
   */
  static LazyTensor of(LazyTensor scale, ElementType precision, ElementType type) {
    float[] values = DenseTensor.read(scale).toFloats();
    if (precision == ElementType.FLOAT16) {
      for (int i = 0; i < values.length; i++) {
        values[i] = Math.max(values[i], SMALLEST_FLOAT16);
      }
    }
    return DenseTensor.ofFloats(scale.shape(), values).cast(precision).cast(type);
  }
}
