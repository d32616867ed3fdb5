package io.dopt.runtime.pipeline;

import io.dopt.tensor.DenseTensor;

/** Which latents are taken from the distribution that the VAE's encoder gives for an image. */
public sealed interface Posterior {
  /** Its mean. */
  record Mean() implements Posterior {}

  /** A sample, as diffusers takes it, with noise of the image's seed. */
  record Seeded() implements Posterior {}

  /**
   * A sample with given noise.
   *
   * @param noise {@code [images or 1, C, h, w]}
   */
  record Given(DenseTensor noise) implements Posterior {}
}
