package io.dopt.evals;

import io.dopt.runtime.bundle.ImageSize;
import io.dopt.runtime.pipeline.GenerationRequest;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * How images are made; an absent value is the candidate's default.
 *
 * @param seed of sample 0
 * @param steps denoising steps; default the pipeline's own, but no more than {@link
 *     #MOST_DEFAULT_STEPS}
 * @param guidanceScale classifier-free guidance
 * @param size of the images
 * @param scheduler class to use instead of the bundle's
 * @param negativePrompt for every sample
 */
public record Sampling(
    long seed,
    OptionalInt steps,
    OptionalDouble guidanceScale,
    Optional<ImageSize> size,
    Optional<String> scheduler,
    Optional<String> negativePrompt) {
  /**
   * Enough for a converged image with most schedulers, and less than half of what all pipelines but
   * the latent consistency models default to.
   */
  public static final int MOST_DEFAULT_STEPS = 20;

  /** Everything as the candidate has it. */
  public static Sampling ofSeed(long seed) {
    return new Sampling(
        seed,
        OptionalInt.empty(),
        OptionalDouble.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** The same in another number of steps. */
  public Sampling withSteps(int number) {
    return new Sampling(
        seed, OptionalInt.of(number), guidanceScale, size, scheduler, negativePrompt);
  }

  /** The same with another guidance scale. */
  public Sampling withGuidanceScale(double scale) {
    return new Sampling(seed, steps, OptionalDouble.of(scale), size, scheduler, negativePrompt);
  }

  /** The request for one image. */
  GenerationRequest generation(String prompt, long imageSeed, int imageSteps) {
    GenerationRequest.Builder request =
        GenerationRequest.builder(prompt).seed(imageSeed).steps(imageSteps).batch(1);
    guidanceScale.ifPresent(request::guidanceScale);
    size.ifPresent(request::size);
    scheduler.ifPresent(request::scheduler);
    negativePrompt.ifPresent(text -> request.negativePrompts(List.of(text)));
    return request.build();
  }
}
