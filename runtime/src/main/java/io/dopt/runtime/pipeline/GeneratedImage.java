package io.dopt.runtime.pipeline;

import io.dopt.runtime.image.RgbImage;
import java.util.Map;

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
    Map<String, String> pngText) {}
