package io.dopt.runtime.image;

import io.dopt.runtime.bundle.ImageSize;

/**
 * An image as diffusers' {@code output_type="np"} gives it.
 *
 * @param size height and width in pixels
 * @param values red, green and blue of each pixel, row by row, in 0..1; not to be changed
 */
public record RgbImage(ImageSize size, float[] values) {
  /** Values per pixel. */
  public static final int CHANNELS = 3;

  /** Refuses an array of the wrong length. */
  public RgbImage {
    if (values.length != CHANNELS * size.height() * size.width()) {
      throw new IllegalArgumentException(values.length + " values for " + size);
    }
  }

  /** A value as 0..255, rounded half to even as NumPy does; what is not a number becomes 0. */
  public int byteAt(int index) {
    return (int) Math.rint(Math.max(0f, Math.min(1f, values[index])) * 255f);
  }
}
