package io.dopt.runtime.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dopt.runtime.bundle.BundleManifest;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What differs between the pipeline classes of diffusers that this runtime knows.
 *
 * @param pipelineClass its name in diffusers
 * @param promptTowers the text encoders whose features are concatenated
 * @param zeroesAbsentNegativePrompt whether an absent negative prompt is an embedding of zeros
 *     (SDXL with {@code force_zeros_for_empty_prompt}) rather than the encoding of an empty text
 * @param repairsScheduler whether it overrules {@code steps_offset} and {@code clip_sample} of the
 *     scheduler's configuration
 * @param appliesLatentStatistics whether it applies the VAE's {@code latents_mean} and {@code
 *     latents_std}
 * @param steps default number of inference steps
 * @param guidanceScale default
 * @param strength default of image-to-image
 */
record PipelineFamily(
    String pipelineClass,
    List<PromptTower> promptTowers,
    boolean zeroesAbsentNegativePrompt,
    boolean repairsScheduler,
    boolean appliesLatentStatistics,
    int steps,
    double guidanceScale,
    double strength) {

  private static final String STABLE_DIFFUSION = "StableDiffusionPipeline";
  private static final String LATENT_CONSISTENCY = "LatentConsistencyModelPipeline";
  private static final String STABLE_DIFFUSION_XL = "StableDiffusionXLPipeline";

  /** The image-to-image class of each family, which has the same parts and the same defaults. */
  private static final String STABLE_DIFFUSION_IMAGE = "StableDiffusionImg2ImgPipeline";

  private static final String LATENT_CONSISTENCY_IMAGE = "LatentConsistencyModelImg2ImgPipeline";
  private static final String STABLE_DIFFUSION_XL_IMAGE = "StableDiffusionXLImg2ImgPipeline";

  /** Classes whose {@code clip_sample} is true unless their configuration says otherwise. */
  private static final Set<String> CLIP_BY_DEFAULT = Set.of("DDIMScheduler", "DDPMScheduler");

  /**
   * A text encoder and the tokenizer before it.
   *
   * @param tokenizer name in the bundle
   * @param component name in the bundle
   * @param features which output conditions the denoiser
   */
  record PromptTower(String tokenizer, String component, String features) {}

  /**
   * The family of a bundle.
   *
   * @throws DoptException (UNSUPPORTED) when the bundle's pipeline is not known
   */
  static PipelineFamily of(BundleManifest manifest) {
    return switch (manifest.pipeline()) {
      case STABLE_DIFFUSION, STABLE_DIFFUSION_IMAGE ->
          new PipelineFamily(
              manifest.pipeline(),
              List.of(new PromptTower("tokenizer", "text_encoder", "last_hidden_state")),
              false,
              true,
              false,
              50,
              7.5,
              0.8);
      case LATENT_CONSISTENCY, LATENT_CONSISTENCY_IMAGE ->
          new PipelineFamily(
              manifest.pipeline(),
              List.of(new PromptTower("tokenizer", "text_encoder", "last_hidden_state")),
              false,
              false,
              false,
              4,
              8.5,
              0.8);
      case STABLE_DIFFUSION_XL, STABLE_DIFFUSION_XL_IMAGE ->
          new PipelineFamily(
              manifest.pipeline(),
              xlTowers(manifest),
              manifest.options().path("force_zeros_for_empty_prompt").asBoolean(true),
              false,
              true,
              50,
              5.0,
              0.3);
      default ->
          throw new DoptException(
              ErrorCode.UNSUPPORTED,
              "The bundle is of the pipeline '"
                  + manifest.pipeline()
                  + "'; this runtime generates with "
                  + List.of(
                      STABLE_DIFFUSION,
                      STABLE_DIFFUSION_IMAGE,
                      LATENT_CONSISTENCY,
                      LATENT_CONSISTENCY_IMAGE,
                      STABLE_DIFFUSION_XL,
                      STABLE_DIFFUSION_XL_IMAGE)
                  + ".");
    };
  }

  /** The first encoder is optional in SDXL (its refiner has none). */
  private static List<PromptTower> xlTowers(BundleManifest manifest) {
    List<PromptTower> towers = new ArrayList<>();
    if (manifest.component("text_encoder").isPresent()) {
      towers.add(new PromptTower("tokenizer", "text_encoder", "hidden_states_penultimate"));
    }
    towers.add(new PromptTower("tokenizer_2", "text_encoder_2", "hidden_states_penultimate"));
    return List.copyOf(towers);
  }

  /**
   * The scheduler's configuration as the pipeline's constructor leaves it: Stable Diffusion sets
   * {@code steps_offset} to 1 and {@code clip_sample} to false, also where another value is the
   * class's default.
   *
   * @param warnings told of each value of the configuration that was overruled
   */
  ObjectNode schedulerConfig(ObjectNode config, Consumer<String> warnings) {
    ObjectNode corrected = config.deepCopy();
    if (!repairsScheduler) {
      return corrected;
    }
    corrected.put("steps_offset", 1);
    boolean clips = CLIP_BY_DEFAULT.contains(config.path("_class_name").asText());
    if (config.path("clip_sample").asBoolean(clips)) {
      corrected.put("clip_sample", false);
    }
    for (String key : List.of("steps_offset", "clip_sample")) {
      if (config.has(key) && !config.get(key).equals(corrected.get(key))) {
        warnings.accept(
            String.format(
                "The scheduler's configuration has %s %s; %s takes it as %s.",
                key, config.get(key), pipelineClass, corrected.get(key)));
      }
    }
    return corrected;
  }
}
