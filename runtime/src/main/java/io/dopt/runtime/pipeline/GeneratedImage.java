package io.dopt.runtime.pipeline;

import io.dopt.runtime.image.ImageCheck;
import io.dopt.runtime.image.RgbImage;
import java.util.Map;
import java.util.Optional;

/**
 * One finished image.
 *
 * @param index its number in the request
 * @param prompt what it was made of
 * @param seed of its noise
 * @param image the pixels
 * @param latents the final latents, {@code [C, h, w]}, as the denoiser left them
 * @param pngText how it was made, for {@link io.dopt.runtime.image.ImageFiles#writePng}: {@code
 *     parameters} as other tools write it, {@code dopt} as JSON
 */
public record GeneratedImage(
    int index,
    String prompt,
    long seed,
    RgbImage image,
    float[] latents,
    Map<String, String> pngText) {

  /** Why this is no image: latents or pixels that are not finite, or a single colour. */
  public Optional<String> problem() {
    return ImageCheck.problemOfLatents(latents).or(() -> ImageCheck.problemOf(image));
  }
}
