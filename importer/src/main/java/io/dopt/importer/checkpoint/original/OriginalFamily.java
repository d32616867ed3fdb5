package io.dopt.importer.checkpoint.original;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.LazyTensor;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The families of the original layout, with what their files do not say: the number of attention
 * heads, the scaling of latents, the usual size and scheduler (from the configs published with the
 * models on the Hugging Face hub).
 */
public enum OriginalFamily {
  STABLE_DIFFUSION_1("StableDiffusionPipeline", 0.18215),
  STABLE_DIFFUSION_2("StableDiffusionPipeline", 0.18215),
  STABLE_DIFFUSION_XL("StableDiffusionXLPipeline", 0.13025);

  static final String UNET = "model.diffusion_model.";
  static final String CLIP = "cond_stage_model.transformer.";
  static final String OPEN_CLIP = "cond_stage_model.model.";
  static final String CLIP_XL = "conditioner.embedders.0.transformer.";
  static final String OPEN_CLIP_XL = "conditioner.embedders.1.model.";
  private static final String REFINER = "conditioner.embedders.0.model.";
  private static final Set<String> PREDICTION_TYPES = Set.of("epsilon", "v_prediction", "sample");

  private final String pipelineClass;
  private final double scalingFactor;

  OriginalFamily(String pipelineClass, double scalingFactor) {
    this.pipelineClass = pipelineClass;
    this.scalingFactor = scalingFactor;
  }

  /** diffusers' class for the family. */
  public String pipelineClass() {
    return pipelineClass;
  }

  double scalingFactor() {
    return scalingFactor;
  }

  /** Side of the latents the family is trained on; the models that predict velocity are larger. */
  int sampleSize(Optional<String> predictionType) {
    return switch (this) {
      case STABLE_DIFFUSION_1 -> 64;
      case STABLE_DIFFUSION_2 -> predictionType.equals(Optional.of("v_prediction")) ? 96 : 64;
      case STABLE_DIFFUSION_XL -> 128;
    };
  }

  /**
   * Tells the family by the names in the file.
   *
   * @throws DoptException (BAD_INPUT) when it is none, saying what the file looks like instead;
   *     (UNSUPPORTED) for the SDXL refiner
   */
  static OriginalFamily detect(Path file, Map<String, LazyTensor> tensors) {
    if (!anyStartsWith(tensors, UNET)) {
      String hint =
          anyStartsWith(tensors, "down_blocks.") || anyStartsWith(tensors, "text_model.")
              ? "It looks like one component of a diffusers checkpoint: name its folder instead."
              : "It has no tensor named " + UNET + "...";
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          file + " is not a Stable Diffusion checkpoint of the original layout. " + hint);
    }
    if (anyStartsWith(tensors, OPEN_CLIP_XL)) {
      return STABLE_DIFFUSION_XL;
    }
    if (anyStartsWith(tensors, REFINER)) {
      throw new DoptException(
          ErrorCode.UNSUPPORTED, file + " is the SDXL refiner, which dopt does not compile.");
    }
    if (anyStartsWith(tensors, OPEN_CLIP)) {
      return STABLE_DIFFUSION_2;
    }
    if (anyStartsWith(tensors, CLIP)) {
      return STABLE_DIFFUSION_1;
    }
    throw new DoptException(
        ErrorCode.BAD_INPUT,
        file
            + " has a denoiser but no text encoder (cond_stage_model or conditioner.embedders). Use"
            + " a checkpoint that holds the whole pipeline.");
  }

  private static boolean anyStartsWith(Map<String, LazyTensor> tensors, String prefix) {
    return tensors.keySet().stream().anyMatch(name -> name.startsWith(prefix));
  }

  /**
   * The scheduler published with the family's models.
   *
   * @param file the file, for messages
   * @param predictionType what the user said, or what the file says; empty when neither
   * @throws DoptException (USAGE) for a prediction type that is none, or a Stable Diffusion 2 file
   *     without one: its two kinds have the same tensors
   */
  ObjectNode scheduler(Path file, Optional<String> predictionType) {
    if (predictionType.isEmpty() && this == STABLE_DIFFUSION_2) {
      throw new DoptException(
          ErrorCode.USAGE,
          file
              + " is a Stable Diffusion 2 model, and such a file does not say what the model"
              + " predicts. Say --prediction-type v_prediction (the 768 models), --prediction-type"
              + " epsilon (the 512 base models), or name a diffusers folder with --config.");
    }
    predictionType.ifPresent(OriginalFamily::requirePredictionType);
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config.put("_class_name", schedulerClass());
    config.put("num_train_timesteps", 1000);
    config.put("beta_start", 0.00085).put("beta_end", 0.012);
    config.put("beta_schedule", "scaled_linear");
    config.put("prediction_type", predictionType.orElse("epsilon"));
    config.put("timestep_spacing", "leading").put("steps_offset", 1);
    switch (this) {
      case STABLE_DIFFUSION_1 -> config.put("skip_prk_steps", true).put("set_alpha_to_one", false);
      case STABLE_DIFFUSION_2 -> config.put("clip_sample", false).put("set_alpha_to_one", false);
      case STABLE_DIFFUSION_XL -> config.put("interpolation_type", "linear");
    }
    return config;
  }

  private String schedulerClass() {
    return switch (this) {
      case STABLE_DIFFUSION_1 -> "PNDMScheduler";
      case STABLE_DIFFUSION_2 -> "DDIMScheduler";
      case STABLE_DIFFUSION_XL -> "EulerDiscreteScheduler";
    };
  }

  /**
   * Checks a value of {@code --prediction-type}.
   *
   * @throws DoptException (USAGE) when it is none
   */
  public static void requirePredictionType(String value) {
    if (!PREDICTION_TYPES.contains(value)) {
      throw new DoptException(
          ErrorCode.USAGE,
          "--prediction-type is epsilon, v_prediction or sample, not \"" + value + "\".");
    }
  }
}
