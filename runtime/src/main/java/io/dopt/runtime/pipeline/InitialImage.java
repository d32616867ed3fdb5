package io.dopt.runtime.pipeline;

import io.dopt.runtime.image.RgbImage;
import java.util.OptionalDouble;

/**
 * What image-to-image starts from.
 *
 * @param image resized with {@link io.dopt.runtime.image.Resampling#LANCZOS} when its size is not
 *     that of the request
 * @param strength 0 (keep the image) to 1 (forget it); default the pipeline's
 * @param posterior which latents of the VAE's distribution are taken
 */
public record InitialImage(RgbImage image, OptionalDouble strength, Posterior posterior) {}
