package io.dopt.runtime.noise;

import io.dopt.runtime.scheduler.NoiseSource;

/** Noise for a batch of images, each from its own seed: image {@code i} uses {@code seed + i}. */
public final class BatchNoise implements NoiseSource {
  private final NormalGenerator[] generators;

  /**
   * Starts the stream of each image.
   *
   * @param seed of the first image of the batch
   * @param batch number of images
   */
  public BatchNoise(long seed, int batch, NoiseStream stream) {
    generators = new NormalGenerator[batch];
    for (int image = 0; image < batch; image++) {
      generators[image] = new NormalGenerator(seed + image, stream);
    }
  }

  /** Fills equal contiguous parts of the array, one per image. */
  @Override
  public void fill(float[] out) {
    int perImage = out.length / generators.length;
    for (int image = 0; image < generators.length; image++) {
      generators[image].fill(out, image * perImage, perImage);
    }
  }
}
