package io.dopt.runtime.pipeline;

import io.dopt.runtime.bundle.ImageSize;

/**
 * SDXL's conditioning on sizes (arXiv 2307.01952, 2.2): the numbers of {@code time_ids}.
 *
 * @param originalSize size of the picture before training's resize
 * @param cropTop pixels cropped off its top
 * @param cropLeft pixels cropped off its left
 * @param targetSize size after training's crop
 */
public record SizeConditioning(
    ImageSize originalSize, int cropTop, int cropLeft, ImageSize targetSize) {

  /** What diffusers takes when nothing is said: an uncropped picture of the wanted size. */
  public static SizeConditioning of(ImageSize size) {
    return new SizeConditioning(size, 0, 0, size);
  }

  /** The numbers in the order of diffusers' {@code _get_add_time_ids}. */
  float[] timeIds() {
    return new float[] {
      originalSize.height(),
      originalSize.width(),
      cropTop,
      cropLeft,
      targetSize.height(),
      targetSize.width()
    };
  }
}
