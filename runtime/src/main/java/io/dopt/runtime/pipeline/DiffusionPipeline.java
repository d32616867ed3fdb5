package io.dopt.runtime.pipeline;

import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.BundleManifest;
import io.dopt.runtime.bundle.ComponentManifest;
import io.dopt.runtime.engine.ComponentEngines;
import io.dopt.runtime.engine.EngineCall;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.runtime.pipeline.PipelineFamily.PromptTower;
import io.dopt.runtime.tokenizer.PromptTokenizer;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * A bundle ready to generate. Engines are loaded when first needed and kept. One generation at a
 * time; several pipelines may share a bundle, in one process or many.
 */
public final class DiffusionPipeline implements AutoCloseable {
  private final Bundle bundle;
  private final PipelineFamily family;
  private final LatentSize latentSize;
  private final LatentScaling scaling;
  private final ComponentEngines engines;
  private final Map<String, PromptTokenizer> tokenizers = new TreeMap<>();

  private DiffusionPipeline(Bundle bundle, EngineOptions options) {
    this.bundle = bundle;
    this.family = PipelineFamily.of(bundle.manifest());
    this.latentSize = new LatentSize(bundle.manifest());
    Denoiser.requireKnownInputs(bundle.component(Denoiser.COMPONENT));
    this.scaling =
        LatentScaling.of(
            bundle.component(ImageDecoder.COMPONENT).config(),
            latentSize.channels(),
            family.appliesLatentStatistics());
    this.engines = new ComponentEngines(bundle, options);
  }

  /**
   * Checks that the bundle has what its pipeline needs and loads its tokenizers.
   *
   * @throws DoptException (UNSUPPORTED) for a pipeline this runtime does not know; (BAD_INPUT) when
   *     something is missing or does not fit together
   */
  public static DiffusionPipeline open(Bundle bundle, EngineOptions options) {
    DiffusionPipeline pipeline = new DiffusionPipeline(bundle, options);
    try {
      for (PromptTower tower : pipeline.family.promptTowers()) {
        bundle.component(tower.component());
        pipeline.tokenizers.put(tower.tokenizer(), PromptTokenizer.open(bundle, tower.tokenizer()));
      }
      return pipeline;
    } catch (RuntimeException e) {
      pipeline.close();
      throw e;
    }
  }

  /**
   * The denoising steps that the bundle's pipeline takes when a request names none.
   *
   * @throws DoptException (UNSUPPORTED) for a pipeline this runtime does not know
   */
  public static int defaultSteps(BundleManifest manifest) {
    return PipelineFamily.of(manifest).steps();
  }

  /**
   * The guidance scale that the bundle's pipeline takes when a request names none.
   *
   * @throws DoptException (UNSUPPORTED) for a pipeline this runtime does not know
   */
  public static double defaultGuidanceScale(BundleManifest manifest) {
    return PipelineFamily.of(manifest).guidanceScale();
  }

  /**
   * The output of each text encoder that conditions the bundle's denoiser, by component; those of
   * several are concatenated in this order.
   *
   * @throws DoptException (UNSUPPORTED) for a pipeline this runtime does not know
   */
  public static SortedMap<String, String> promptFeatures(BundleManifest manifest) {
    SortedMap<String, String> features = new TreeMap<>();
    PipelineFamily.of(manifest)
        .promptTowers()
        .forEach(tower -> features.put(tower.component(), tower.features()));
    return features;
  }

  /** The bundle it generates from. */
  public Bundle bundle() {
    return bundle;
  }

  /** Its engines, for profiles and calls of single components. */
  public ComponentEngines engines() {
    return engines;
  }

  /**
   * Generates and keeps all images; see {@link #generate(GenerationRequest, GenerationListener)}.
   */
  public GenerationResult generate(GenerationRequest request) {
    return generate(request, GenerationListener.SILENT);
  }

  /**
   * Generates and keeps all images.
   *
   * @throws DoptException (USAGE) when the bundle cannot do what is asked; (ENGINE) when an engine
   *     fails; (INTERRUPTED) when the thread was interrupted between steps
   */
  public GenerationResult generate(GenerationRequest request, GenerationListener listener) {
    List<GeneratedImage> images = new ArrayList<>();
    StageTimings timings =
        stream(
            request,
            new ForwardingListener(listener) {
              @Override
              public void imageFinished(GeneratedImage image) {
                images.add(image);
                super.imageFinished(image);
              }
            });
    return new GenerationResult(images, timings);
  }

  /**
   * Generates and hands each image to the listener, keeping none: for any number of prompts in
   * bounded memory. Errors as {@link #generate(GenerationRequest, GenerationListener)}.
   */
  public StageTimings stream(GenerationRequest request, GenerationListener listener) {
    StageTimings.Recorder timings = new StageTimings.Recorder();
    GenerationPlan plan = plan(request, listener);
    try (ImageDecoder decoder = new ImageDecoder(engines, plan.latentShape(), scaling, timings)) {
      denoise(
          plan,
          listener,
          timings,
          (image, latents) ->
              listener.imageFinished(finish(plan, image, latents, decoder, listener)));
    }
    return timings.finish();
  }

  /**
   * Does all of a generation but decoding the latents, for listeners that watch the denoiser; no
   * image is finished. Errors as {@link #generate(GenerationRequest, GenerationListener)}.
   */
  public StageTimings denoise(GenerationRequest request, GenerationListener listener) {
    StageTimings.Recorder timings = new StageTimings.Recorder();
    denoise(plan(request, listener), listener, timings, (image, latents) -> {});
    return timings.finish();
  }

  private GenerationPlan plan(GenerationRequest request, GenerationListener listener) {
    GenerationPlan plan =
        GenerationPlan.of(request, family, bundle.manifest(), latentSize, listener);
    LatentScaling.keysLeftOut(
            bundle.component(ImageDecoder.COMPONENT).config(), family.appliesLatentStatistics())
        .forEach(
            key ->
                listener.warning(
                    "The VAE's "
                        + key
                        + " is left out, as diffusers' "
                        + family.pipelineClass()
                        + " does."));
    return plan;
  }

  /** Hands over each image's number and final latents. */
  private void denoise(
      GenerationPlan plan,
      GenerationListener listener,
      StageTimings.Recorder timings,
      BiConsumer<Integer, float[]> finished) {
    GenerationRequest request = plan.request();
    try (PromptEncoder prompts =
            new PromptEncoder(family.promptTowers(), tokenizers, engines, listener, timings);
        BatchLoop loop = new BatchLoop(plan, engines, scaling, listener, timings)) {
      for (int first = 0; first < request.images(); first += plan.batch()) {
        int images = Math.min(plan.batch(), request.images() - first);
        List<Map<String, float[]>> conditional = new ArrayList<>();
        List<Map<String, float[]>> unconditional = new ArrayList<>();
        for (int image = first; image < first + images; image++) {
          EncodedPrompt prompt = prompts.encode(request.promptOf(image));
          conditional.add(unetInputs(plan, prompt));
          if (plan.guidance().isPresent()) {
            unconditional.add(unetInputs(plan, negative(plan, prompts, prompt, image)));
          }
        }
        List<float[]> latents = loop.run(first, conditional, unconditional);
        engines.takeWarnings().forEach(listener::warning);
        for (int image = 0; image < images; image++) {
          finished.accept(first + image, latents.get(image));
        }
      }
    }
  }

  private EncodedPrompt negative(
      GenerationPlan plan, PromptEncoder prompts, EncodedPrompt prompt, int image) {
    return plan.request()
        .negativePromptOf(image)
        .map(prompts::encode)
        .orElseGet(() -> family.zeroesAbsentNegativePrompt() ? prompt.zeros() : prompts.encode(""));
  }

  /** One image's row of every unet input that does not change from step to step. */
  private Map<String, float[]> unetInputs(GenerationPlan plan, EncodedPrompt prompt) {
    ComponentManifest unet = bundle.component(Denoiser.COMPONENT);
    Map<String, float[]> inputs = new HashMap<>();
    inputs.put("encoder_hidden_states", prompt.features());
    Denoiser.features(unet, "timestep_cond")
        .ifPresent(
            size -> inputs.put("timestep_cond", Guidance.embedding(plan.guidanceScale(), size)));
    if (Denoiser.features(unet, "text_embeds").isPresent()) {
      inputs.put(
          "text_embeds",
          prompt
              .pooled()
              .orElseThrow(
                  () ->
                      new DoptException(
                          ErrorCode.BAD_INPUT,
                          "The unet takes text_embeds, but no text encoder gives them.")));
      inputs.put(
          "time_ids",
          plan.request()
              .sizeConditioning()
              .orElseGet(() -> SizeConditioning.of(plan.size()))
              .timeIds());
    }
    return inputs;
  }

  private GeneratedImage finish(
      GenerationPlan plan,
      int image,
      float[] latents,
      ImageDecoder decoder,
      GenerationListener listener) {
    GeneratedImage made =
        new GeneratedImage(
            image,
            plan.request().promptOf(image),
            plan.request().seed() + image,
            decoder.decode(latents),
            latents,
            PngText.of(plan, image, bundle.manifest().doptVersion()));
    made.problem().ifPresent(problem -> listener.warning("Image " + image + ": " + problem + "."));
    return made;
  }

  /** Closes the engines, then the tokenizers. */
  @Override
  public void close() {
    engines.close();
    tokenizers.values().forEach(PromptTokenizer::close);
    tokenizers.clear();
  }

  /** Passes everything on. */
  private static class ForwardingListener implements GenerationListener {
    private final GenerationListener target;

    ForwardingListener(GenerationListener target) {
      this.target = target;
    }

    @Override
    public boolean watchesSteps() {
      return target.watchesSteps();
    }

    @Override
    public void batchStarted(int firstImage, int images, int steps) {
      target.batchStarted(firstImage, images, steps);
    }

    @Override
    public void latents(int step, int steps, float[] sample, int images) {
      target.latents(step, steps, sample, images);
    }

    @Override
    public void denoised(int step, double timestep, EngineCall call) {
      target.denoised(step, timestep, call);
    }

    @Override
    public void stepFinished(int step, int steps) {
      target.stepFinished(step, steps);
    }

    @Override
    public void imageFinished(GeneratedImage image) {
      target.imageFinished(image);
    }

    @Override
    public void warning(String message) {
      target.warning(message);
    }
  }
}
