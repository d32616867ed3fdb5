package io.dopt.runtime.pipeline;

import io.dopt.runtime.image.RgbImage;
import java.util.OptionalDouble;

/**
 * What image-to-image starts from.
 *
 * @param image resized with {@link io.dopt.runtime.image.LanczosResize} when its size is not that
 *     of the request
 * @param strength 0 (keep the image) to 1 (forget it); default the pipeline's
 * @param sampled whether the VAE's latent distribution is sampled, as diffusers does, with noise of
 *     the image's seed, or its mean is taken
 */
public record InitialImage(RgbImage image, OptionalDouble strength, boolean sampled) {}
