package io.dopt.evals.metric;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;

/**
 * An image as metrics see it.
 *
 * @param height pixels, at least 1
 * @param width pixels, at least 1
 * @param samples [height, width, 3] row-major, red, green, blue in 0..1; not to be changed
 */
public record RgbImage(int height, int width, float[] samples) {
  /** Red, green, blue. */
  public static final int CHANNELS = 3;

  /**
   * @throws DoptException (INTERNAL) when the samples are not as many as the size asks for
   */
  public RgbImage {
    if (height < 1 || width < 1 || samples.length != (long) CHANNELS * height * width) {
      throw new DoptException(
          ErrorCode.INTERNAL,
          String.format("%d samples are not a %dx%d RGB image.", samples.length, height, width));
    }
  }

  /** The image as an 8-bit file holds it: every sample rounded to the nearest multiple of 1/255. */
  public RgbImage roundedTo8Bits() {
    float[] rounded = new float[samples.length];
    for (int i = 0; i < samples.length; i++) {
      rounded[i] = Math.round(samples[i] * 255f) / 255f;
    }
    return new RgbImage(height, width, rounded);
  }

  /**
   * Holds a metric's two images to one size.
   *
   * @throws DoptException (BAD_INPUT) when the sizes differ
   */
  void requireSameSize(RgbImage reference) {
    if (height != reference.height || width != reference.width) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          String.format(
              "The images have different sizes: the candidate %dx%d, the reference %dx%d (height x"
                  + " width). Generate both at one --size.",
              height, width, reference.height, reference.width));
    }
  }
}
