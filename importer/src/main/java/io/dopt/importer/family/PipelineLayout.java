package io.dopt.importer.family;

import io.dopt.importer.family.nn.Config;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a pipeline class consists of.
 *
 * @param roles the networks it needs and the classes they may have
 * @param tokenizers the tokenizer of each text encoder
 * @param leftOut networks it may have that dopt does not run
 * @param options keys of model_index.json beside the components that the runtime honours
 * @param scheduled whether it samples with a scheduler
 */
record PipelineLayout(
    Map<String, Set<String>> roles,
    Map<String, String> tokenizers,
    Set<String> leftOut,
    List<String> options,
    boolean scheduled) {
  private static final Set<String> VAES = Set.of("AutoencoderKL", "AutoencoderTiny");
  private static final Set<String> UNETS = Set.of("UNet2DConditionModel");
  private static final Set<String> TEXT_ENCODER = Set.of("CLIPTextModel");
  private static final Set<String> PROJECTED_TEXT_ENCODER = Set.of("CLIPTextModelWithProjection");

  /** The layout of each class that dopt knows. */
  private static SortedMap<String, PipelineLayout> all() {
    PipelineLayout stableDiffusion =
        new PipelineLayout(
            Map.of("text_encoder", TEXT_ENCODER, "unet", UNETS, "vae", VAES),
            Map.of("text_encoder", "tokenizer"),
            Set.of("safety_checker", "image_encoder"),
            List.of("requires_safety_checker"),
            true);
    PipelineLayout stableDiffusionXl =
        new PipelineLayout(
            Map.of(
                "text_encoder", TEXT_ENCODER,
                "text_encoder_2", PROJECTED_TEXT_ENCODER,
                "unet", UNETS,
                "vae", VAES),
            Map.of("text_encoder", "tokenizer", "text_encoder_2", "tokenizer_2"),
            Set.of("image_encoder"),
            List.of("force_zeros_for_empty_prompt", "add_watermarker"),
            true);
    PipelineLayout clip =
        new PipelineLayout(
            Map.of("model", Set.of("CLIPModel")),
            Map.of("model", "tokenizer"),
            Set.of(),
            List.of("preprocessor_config"),
            false);
    return new TreeMap<>(
        Map.of(
            "CLIPModel", clip,
            "StableDiffusionPipeline", stableDiffusion,
            "StableDiffusionImg2ImgPipeline", stableDiffusion,
            "LatentConsistencyModelPipeline", stableDiffusion,
            "LatentConsistencyModelImg2ImgPipeline", stableDiffusion,
            "StableDiffusionXLPipeline", stableDiffusionXl,
            "StableDiffusionXLImg2ImgPipeline", stableDiffusionXl));
  }

  /**
   * The layout of a pipeline class.
   *
   * @throws DoptException (UNSUPPORTED) naming the classes there are
   */
  static PipelineLayout of(String pipelineClass) {
    SortedMap<String, PipelineLayout> all = all();
    PipelineLayout layout = all.get(pipelineClass);
    if (layout == null) {
      throw new DoptException(
          ErrorCode.UNSUPPORTED,
          String.format(
              "dopt cannot compile a %s; it can compile %s.",
              pipelineClass, String.join(", ", all.keySet())));
    }
    return layout;
  }

  /** Refuses options that change what the pipeline does and that the runtime does not honour. */
  void requireKnownOptions(Config modelIndex) {
    modelIndex.withoutEffect(options);
    modelIndex.refuseUnless(
        "requires_aesthetics_score", false, "false (the SDXL refiner is not supported)");
    modelIndex.finish();
  }
}
