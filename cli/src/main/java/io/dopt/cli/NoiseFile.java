package io.dopt.cli;

import io.dopt.runtime.pipeline.Posterior;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.Map;

/**
 * The noise that {@code --latents} gives, in place of all that would come from the seed.
 *
 * @param latents {@code [N, C, h, w]}
 * @param posterior for image-to-image: the mean, or a sample with the file's noise
 */
record NoiseFile(DenseTensor latents, Posterior posterior) {
  private static final String LATENTS = "latents";
  private static final String POSTERIOR_NOISE = "posterior_noise";

  /**
   * Reads a safetensors file with the tensor {@code latents}, or with one tensor of any name; for
   * image-to-image, it may also have {@code posterior_noise}.
   *
   * @throws DoptException (IO, BAD_INPUT) when it cannot be read or has no such tensor; (USAGE) for
   *     posterior noise without an image
   */
  static NoiseFile read(Path file, boolean imageToImage) {
    Map<String, DenseTensor> tensors = TensorFiles.read(file);
    DenseTensor posteriorNoise = tensors.get(POSTERIOR_NOISE);
    if (posteriorNoise != null && !imageToImage) {
      throw new DoptException(
          ErrorCode.USAGE, file + " has '" + POSTERIOR_NOISE + "', which goes with --image.");
    }
    DenseTensor latents = tensors.get(LATENTS);
    if (latents == null && tensors.size() == 1 && posteriorNoise == null) {
      latents = tensors.values().iterator().next();
    }
    if (latents == null) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          file + " has no tensor '" + LATENTS + "'; it has " + tensors.keySet() + ".");
    }
    return new NoiseFile(
        latents,
        posteriorNoise == null ? new Posterior.Mean() : new Posterior.Given(posteriorNoise));
  }

  /** How many images of each prompt it is for; 1 when that does not come out even. */
  int imagesPerPrompt(int prompts) {
    long images = latents.shape().isEmpty() ? 1 : latents.shape().get(0);
    return images % prompts == 0 ? (int) Math.max(1, images / prompts) : 1;
  }
}
