package io.dopt.runtime.image;

import java.util.Optional;

/** Finds results that are no image at all: what a broken compilation or an overflow gives. */
public final class ImageCheck {
  /** Half a step of 8 bits: every pixel rounds to the same colour. */
  private static final float CONSTANT_RANGE = 0.5f / 255f;

  private ImageCheck() {}

  /** What is wrong with latents; empty when they are finite. */
  public static Optional<String> problemOfLatents(float[] latents) {
    int bad = notFinite(latents);
    return bad == 0
        ? Optional.empty()
        : Optional.of(
            "the latents are degenerate: "
                + bad
                + " of "
                + latents.length
                + " are NaN or infinite");
  }

  /** What is wrong with an image; empty when it is finite and shows more than one colour. */
  public static Optional<String> problemOf(RgbImage image) {
    float[] values = image.values();
    int bad = notFinite(values);
    if (bad > 0) {
      return Optional.of(
          "the image is degenerate: " + bad + " of its " + values.length + " values are NaN");
    }
    for (int i = RgbImage.CHANNELS; i < values.length; i++) {
      if (Math.abs(values[i] - values[i % RgbImage.CHANNELS]) > CONSTANT_RANGE) {
        return Optional.empty();
      }
    }
    return Optional.of("the image is degenerate: all its pixels have the same colour");
  }

  private static int notFinite(float[] values) {
    int count = 0;
    for (float value : values) {
      if (!Float.isFinite(value)) {
        count++;
      }
    }
    return count;
  }
}
