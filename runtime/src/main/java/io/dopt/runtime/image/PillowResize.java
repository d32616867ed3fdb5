package io.dopt.runtime.image;

import io.dopt.runtime.bundle.ImageSize;

/**
 * Resizes to the bytes of Pillow's {@code Image.resize(size, resample)}: a filter, widened when
 * shrinking, columns first, then rows, each pass rounded to 8 bits with coefficients of 22
 * fractional bits (Pillow, {@code src/libImaging/Resample.c}). diffusers applies {@link
 * Resampling#LANCZOS} to the images of image-to-image, CLIP's image processor usually {@link
 * Resampling#BICUBIC}.
 */
public final class PillowResize {
  private static final int PRECISION_BITS = 22;

  private PillowResize() {}

  /** The image in another size; the image itself when it has that size. */
  public static RgbImage resize(RgbImage image, ImageSize size, Resampling filter) {
    if (image.size().equals(size)) {
      return image;
    }
    int[] pixels = new int[image.values().length];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = image.byteAt(i);
    }
    int rows = image.size().height();
    int columns = image.size().width();
    if (columns != size.width()) {
      pixels = resample(pixels, rows, columns, size.width(), RgbImage.CHANNELS, filter);
    }
    if (rows != size.height()) {
      // A column of pixels is strided by a row: one "row" of samples as wide as the whole image.
      pixels = resample(pixels, 1, rows, size.height(), RgbImage.CHANNELS * size.width(), filter);
    }
    float[] values = new float[pixels.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = pixels[i] / 255f;
    }
    return new RgbImage(size, values);
  }

  /**
   * Resamples {@code [lines, inputs, stride]} along its middle axis to {@code [lines, outputs,
   * stride]}.
   */
  private static int[] resample(
      int[] in, int lines, int inputs, int outputs, int stride, Resampling filter) {
    int[] out = new int[lines * outputs * stride];
    double scale = (double) inputs / outputs;
    double filterScale = Math.max(scale, 1);
    double support = filter.support() * filterScale;
    for (int o = 0; o < outputs; o++) {
      double center = (o + 0.5) * scale;
      int first = Math.max((int) (center - support + 0.5), 0);
      int last = Math.min((int) (center + support + 0.5), inputs);
      int[] weights = weights(first, last, center, filterScale, filter);
      for (int line = 0; line < lines; line++) {
        for (int s = 0; s < stride; s++) {
          int sum = 1 << (PRECISION_BITS - 1);
          for (int i = first; i < last; i++) {
            sum += in[(line * inputs + i) * stride + s] * weights[i - first];
          }
          out[(line * outputs + o) * stride + s] =
              Math.max(0, Math.min(255, sum >> PRECISION_BITS));
        }
      }
    }
    return out;
  }

  private static int[] weights(
      int first, int last, double center, double filterScale, Resampling filter) {
    double[] exact = new double[last - first];
    double total = 0;
    for (int i = 0; i < exact.length; i++) {
      exact[i] = filter.weight((i + first - center + 0.5) / filterScale);
      total += exact[i];
    }
    int[] weights = new int[exact.length];
    for (int i = 0; i < weights.length; i++) {
      double scaled = exact[i] / total * (1 << PRECISION_BITS);
      weights[i] = (int) (scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    }
    return weights;
  }
}
