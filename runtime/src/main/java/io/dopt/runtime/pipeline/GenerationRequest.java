package io.dopt.runtime.pipeline;

import io.dopt.runtime.bundle.ImageSize;
import io.dopt.runtime.scheduler.Schedulers;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What to generate. Images are numbered prompt by prompt, {@link #imagesPerPrompt} of each; image
 * {@code i} is made from the seed {@code seed + i}.
 *
 * @param prompts at least one
 * @param negativePrompts one for all prompts or one per prompt; absent is not the same as empty for
 *     pipelines that zero the embedding of an absent one (SDXL)
 * @param imagesPerPrompt at least 1
 * @param steps inference steps; default the pipeline's (50)
 * @param timesteps an explicit list instead of {@code steps}, descending
 * @param guidanceScale default the pipeline's; up to 1 the denoiser runs without guidance
 * @param guidanceRescale share of the rescaled prediction (arXiv 2305.08891, 3.4), 0 to 1
 * @param size of the images; default that of the initial image, else the bundle's first
 * @param seed of image 0
 * @param batch images per denoiser call; default the largest batch the bundle was compiled for
 * @param scheduler class to use instead of the bundle's, as {@link Schedulers} knows them
 * @param eta share of fresh noise of DDIM and TCD
 * @param latents noise to start from instead of the seed's, {@code [images or 1, C, h, w]}, before
 *     multiplication by the scheduler's initial sigma
 * @param initialImage what image-to-image starts from
 * @param sizeConditioning SDXL's size conditioning; default the size of the images
 */
public record GenerationRequest(
    List<String> prompts,
    Optional<List<String>> negativePrompts,
    int imagesPerPrompt,
    OptionalInt steps,
    Optional<List<Integer>> timesteps,
    OptionalDouble guidanceScale,
    double guidanceRescale,
    Optional<ImageSize> size,
    long seed,
    OptionalInt batch,
    Optional<String> scheduler,
    double eta,
    Optional<DenseTensor> latents,
    Optional<InitialImage> initialImage,
    Optional<SizeConditioning> sizeConditioning) {

  /**
   * @throws DoptException (USAGE) for values that no pipeline takes, naming them
   */
  public GenerationRequest {
    prompts = List.copyOf(prompts);
    negativePrompts = negativePrompts.map(List::copyOf);
    timesteps = timesteps.map(List::copyOf);
    require(!prompts.isEmpty(), "There is no prompt.");
    require(imagesPerPrompt >= 1, "Images per prompt: " + imagesPerPrompt + " is less than 1.");
    require(steps.orElse(1) >= 1, "Steps: " + steps.orElse(1) + " is less than 1.");
    require(steps.isEmpty() || timesteps.isEmpty(), "Give steps or timesteps, not both.");
    require(batch.orElse(1) >= 1, "Batch: " + batch.orElse(1) + " is less than 1.");
    require(
        guidanceRescale >= 0 && guidanceRescale <= 1,
        "Guidance rescale: " + guidanceRescale + " is not within 0 and 1.");
    require(Double.isFinite(guidanceScale.orElse(1)), "Guidance scale: it is not a finite number.");
    long images = (long) prompts.size() * imagesPerPrompt;
    require(images <= Integer.MAX_VALUE, images + " images are more than one request can have.");
    require(
        seed <= Long.MAX_VALUE - (images - 1),
        "Seed: image i has the seed "
            + seed
            + " + i, and the last would be above "
            + Long.MAX_VALUE
            + ".");
    int negatives = negativePrompts.map(List::size).orElse(1);
    require(
        negatives == 1 || negatives == prompts.size(),
        "There are "
            + negatives
            + " negative prompts for "
            + prompts.size()
            + " prompts; give one for all or one for each.");
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new DoptException(ErrorCode.USAGE, message);
    }
  }

  /** Number of images it asks for. */
  public int images() {
    return prompts.size() * imagesPerPrompt;
  }

  /** The prompt of an image. */
  public String promptOf(int image) {
    return prompts.get(image / imagesPerPrompt);
  }

  /** The negative prompt of an image; absent when none was given. */
  public Optional<String> negativePromptOf(int image) {
    return negativePrompts.map(all -> all.get(all.size() == 1 ? 0 : image / imagesPerPrompt));
  }

  /** A request for one image of each prompt; everything else at its default. */
  public static Builder builder(String... prompts) {
    return new Builder(List.of(prompts));
  }

  /** A request for one image of each prompt; everything else at its default. */
  public static Builder builder(List<String> prompts) {
    return new Builder(prompts);
  }

  /** Collects what differs from the defaults; see the record for the meaning of each. */
  public static final class Builder {
    private final List<String> prompts;
    private Optional<List<String>> negativePrompts = Optional.empty();
    private int imagesPerPrompt = 1;
    private OptionalInt steps = OptionalInt.empty();
    private Optional<List<Integer>> timesteps = Optional.empty();
    private OptionalDouble guidanceScale = OptionalDouble.empty();
    private double guidanceRescale;
    private Optional<ImageSize> size = Optional.empty();
    private long seed;
    private OptionalInt batch = OptionalInt.empty();
    private Optional<String> scheduler = Optional.empty();
    private double eta;
    private Optional<DenseTensor> latents = Optional.empty();
    private Optional<InitialImage> initialImage = Optional.empty();
    private Optional<SizeConditioning> sizeConditioning = Optional.empty();

    private Builder(List<String> prompts) {
      this.prompts = prompts;
    }

    public Builder negativePrompts(List<String> value) {
      negativePrompts = Optional.of(value);
      return this;
    }

    public Builder imagesPerPrompt(int value) {
      imagesPerPrompt = value;
      return this;
    }

    public Builder steps(int value) {
      steps = OptionalInt.of(value);
      return this;
    }

    public Builder timesteps(List<Integer> value) {
      timesteps = Optional.of(value);
      return this;
    }

    public Builder guidanceScale(double value) {
      guidanceScale = OptionalDouble.of(value);
      return this;
    }

    public Builder guidanceRescale(double value) {
      guidanceRescale = value;
      return this;
    }

    public Builder size(ImageSize value) {
      size = Optional.of(value);
      return this;
    }

    public Builder seed(long value) {
      seed = value;
      return this;
    }

    public Builder batch(int value) {
      batch = OptionalInt.of(value);
      return this;
    }

    public Builder scheduler(String value) {
      scheduler = Optional.of(value);
      return this;
    }

    public Builder eta(double value) {
      eta = value;
      return this;
    }

    public Builder latents(DenseTensor value) {
      latents = Optional.of(value);
      return this;
    }

    public Builder initialImage(InitialImage value) {
      initialImage = Optional.of(value);
      return this;
    }

    public Builder sizeConditioning(SizeConditioning value) {
      sizeConditioning = Optional.of(value);
      return this;
    }

    /**
     * @throws DoptException (USAGE) for values that no pipeline takes, naming them
     */
    public GenerationRequest build() {
      return new GenerationRequest(
          prompts,
          negativePrompts,
          imagesPerPrompt,
          steps,
          timesteps,
          guidanceScale,
          guidanceRescale,
          size,
          seed,
          batch,
          scheduler,
          eta,
          latents,
          initialImage,
          sizeConditioning);
    }
  }
}
