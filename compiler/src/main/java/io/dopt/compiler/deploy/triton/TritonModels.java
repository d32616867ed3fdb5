package io.dopt.compiler.deploy.triton;

import io.dopt.compiler.deploy.BundlePlans;
import io.dopt.runtime.build.PlanHost;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.ComponentManifest;
import io.dopt.runtime.bundle.EngineFile;
import io.dopt.runtime.pipeline.DiffusionPipeline;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Chooses a bundle's models and ensembles, and their names. */
final class TritonModels {
  private static final String DENOISER = "unet";

  private final Bundle bundle;
  private final TritonOptions options;

  TritonModels(Bundle bundle, TritonOptions options) {
    this.bundle = bundle;
    this.options = options;
  }

  /**
   * A model for each chosen engine, sorted by component.
   *
   * @throws DoptException (UNSUPPORTED) when Triton has no backend for one, or cannot hand it its
   *     inputs; (USAGE) for options that say nothing to any of them
   */
  List<TritonModel> models() {
    List<TritonModel> models = new ArrayList<>();
    bundle
        .manifest()
        .components()
        .forEach(
            (name, component) -> {
              boolean batchable = TritonModel.isBatchable(component);
              for (EngineFile engine : options.engines().of(name, component.engines(), batchable)) {
                models.add(model(name, component, engine, batchable));
              }
            });
    requireDistinct(models);
    BundlePlans.host(bundle).filter(PlanHost::stripped).ifPresent(host -> refuseStripped());
    boolean onCpu = models.stream().allMatch(it -> it.backend() == TritonBackend.ONNX_RUNTIME);
    if (onCpu && !options.gpus().isEmpty()) {
      throw new DoptException(
          ErrorCode.USAGE,
          "The bundle's engines are ONNX Runtime's for the CPU, which --gpus says nothing to. For"
              + " GPUs, compile with --target tensorrt.");
    }
    boolean onGpu = models.stream().noneMatch(it -> it.backend() == TritonBackend.ONNX_RUNTIME);
    if (onGpu && options.threads().isPresent()) {
      throw new DoptException(
          ErrorCode.USAGE, "The bundle's engines are plans, which --threads says nothing to.");
    }
    return models;
  }

  private static void refuseStripped() {
    throw new DoptException(
        ErrorCode.UNSUPPORTED,
        "The bundle's plans lack their weights (--strip-plan), and Triton does not refit plans. Build"
            + " whole ones.");
  }

  private TritonModel model(
      String name, ComponentManifest component, EngineFile engine, boolean batchable) {
    TritonBackend backend = TritonBackend.of(engine);
    EngineSignature signature =
        switch (backend) {
          case ONNX_RUNTIME -> EngineSignatures.ofOnnx(bundle, component, engine);
          case TENSOR_RT -> EngineSignatures.ofManifest(component, engine);
        };
    int maximumBatch = 0;
    if (engine.isDynamic() && batchable) {
      long most = component.symbols().get("batch").maximum();
      maximumBatch = (int) Math.min(options.maximumBatch(), most);
    }
    return new TritonModel(
        options.prefix() + name + suffix(engine),
        name,
        component,
        engine,
        backend,
        signature,
        maximumBatch,
        sample(component, engine));
  }

  /** The dynamic engine has the component's own name. */
  private static String suffix(EngineFile engine) {
    if (engine.isDynamic()) {
      return "";
    }
    String file = engine.file().substring(engine.file().lastIndexOf('/') + 1);
    return "_" + file.replaceFirst("\\.[^.]*$", "");
  }

  /** Static shapes for a warm-up: the engine's own, or those of the component's first bucket. */
  private static Map<String, Long> sample(ComponentManifest component, EngineFile engine) {
    if (!engine.isDynamic()) {
      return engine.bindings();
    }
    return component.engines().stream()
        .filter(other -> !other.isDynamic())
        .findFirst()
        .map(other -> (Map<String, Long>) other.bindings())
        .orElse(Map.of());
  }

  private static void requireDistinct(List<TritonModel> models) {
    Map<String, String> files = new TreeMap<>();
    for (TritonModel model : models) {
      String other = files.put(model.name(), model.engine().file());
      if (other != null) {
        throw new DoptException(
            ErrorCode.UNSUPPORTED,
            String.format(
                "The engines '%s' and '%s' would both be the model '%s'; deploy a bundle with one"
                    + " of them.",
                other, model.engine().file(), model.name()));
      }
    }
  }

  /** Why there is no ensemble, where {@link #ensembles} finds none. */
  String withoutEnsemble(List<TritonModel> models) {
    if (models.stream().noneMatch(model -> model.componentName().equals(DENOISER))) {
      return "the bundle's denoiser is not among the models";
    }
    int encoders = DiffusionPipeline.promptFeatures(bundle.manifest()).size();
    return encoders > 1
        ? "the denoiser takes the features of "
            + encoders
            + " text encoders together, and an ensemble cannot concatenate"
        : "no text encoder's model takes the batch of a denoiser's";
  }

  /** An ensemble for each denoiser that one text encoder conditions; of SDXL's two, none. */
  List<DenoiseStep> ensembles(List<TritonModel> models) {
    List<TritonModel> denoisers =
        models.stream()
            .filter(model -> model.componentName().equals(DENOISER))
            .filter(DenoiseStep::isConditioned)
            .toList();
    if (denoisers.isEmpty()) {
      return List.of();
    }
    SortedMap<String, String> features = DiffusionPipeline.promptFeatures(bundle.manifest());
    if (features.size() != 1) {
      return List.of();
    }
    String encoder = features.firstKey();
    List<DenoiseStep> ensembles = new ArrayList<>();
    for (TritonModel denoiser : denoisers) {
      String name = options.prefix() + "denoise_step" + suffix(denoiser.engine());
      models.stream()
          .filter(model -> model.componentName().equals(encoder))
          .map(model -> DenoiseStep.of(name, model, features.get(encoder), denoiser))
          .flatMap(Optional::stream)
          .findFirst()
          .ifPresent(ensembles::add);
    }
    return ensembles;
  }
}
