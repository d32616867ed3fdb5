package io.dopt.cli;

import io.dopt.compiler.CompileOptions;
import io.dopt.compiler.cache.CacheOptions;
import io.dopt.compiler.lock.FileHashes;
import io.dopt.evals.gate.GateNames;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.quantizer.Precision;
import io.dopt.quantizer.PrecisionPlan;
import io.dopt.quantizer.QuantizationRecipe;
import io.dopt.quantizer.calibration.CalibrationTable;
import io.dopt.quantizer.search.PlanFile;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Quantizes the denoiser as the options of {@code dopt compile} say. */
final class QuantizationStage {
  private final QuantizationArguments quantization;
  private final CalibrationArguments calibration;
  private final PlanArguments plans;
  private final ReviewArguments reviewing;
  private final TargetArguments target;
  private final Console console;

  QuantizationStage(
      QuantizationArguments quantization,
      CalibrationArguments calibration,
      PlanArguments plans,
      ReviewArguments reviewing,
      TargetArguments target,
      Console console) {
    this.quantization = quantization;
    this.calibration = calibration;
    this.plans = plans;
    this.reviewing = reviewing;
    this.target = target;
    this.console = console;
  }

  /**
   * What was quantized.
   *
   * @param search that found the plan, when one did
   */
  record Result(Quantization quantization, Optional<SearchReport> search) {
    /** What decided it, for the lock. */
    SortedMap<String, String> recipe() {
      SortedMap<String, String> recipe = new TreeMap<>();
      recipe.put("quantization", quantization.text());
      if (quantization.planned()) {
        recipe.put("plan", PlanFile.hash(Calibration.DENOISER, quantization.plan()));
      }
      quantization.calibration().ifPresent(it -> recipe.put("calibration", it.hash()));
      return recipe;
    }

    /** What a recipe left alone; a plan or a search has other reasons. */
    SortedMap<String, List<String>> excluded(PipelineModel model, CompileOptions options) {
      return quantization.planned() ? new TreeMap<>() : quantization.excluded(model, size(options));
    }
  }

  private static Optional<ImageSize> size(CompileOptions options) {
    return options.sizes().stream().findFirst();
  }

  /**
   * Quantizes.
   *
   * @param model after the passes
   * @param options of the compile
   * @return empty when nothing is to be quantized
   * @throws DoptException (USAGE) for options that would have no effect or contradict each other;
   *     whatever calibrating and searching throw
   */
  Optional<Result> run(PipelineModel model, CompileOptions options) {
    QuantizationRecipe recipe = quantization.recipe(target.scheme());
    if (!quantization.quantizes()) {
      calibration.requireNone("nothing is quantized");
      plans.requireEffect(false, false);
      reviewing.requireNone("nothing is quantized");
      return Optional.empty();
    }
    plans.requireEffect(quantization.isAuto(), true);
    plans.requireFree(options.force());
    if (plans.plan().isPresent()) {
      quantization.requireNoneOfPlan();
    }
    ReviewOptions review = wanted(model, options);
    if (searches()) {
      return Optional.of(searched(model, recipe, review, options));
    }
    PrecisionPlan plan =
        plans
            .plan()
            .map(file -> Quantization.read(file, model))
            .orElseGet(() -> Quantization.plan(model, recipe, size(options)));
    requireEffect(model, plan, recipe);
    plans.write(plan);
    Optional<CalibrationTable> table = Optional.empty();
    if (plan.layers().values().stream().anyMatch(Precision::needsCalibration)) {
      table = Optional.of(table(model, options));
    } else {
      calibration.requireNone("the plan leaves activations as they are");
    }
    Quantization quantized = Quantization.apply(model, plan, recipe, table);
    return Optional.of(
        new Result(quantization.isAuto() ? quantized.asPlanned() : quantized, Optional.empty()));
  }

  private boolean searches() {
    return quantization.isAuto() && plans.plan().isEmpty();
  }

  private Result searched(
      PipelineModel model,
      QuantizationRecipe recipe,
      ReviewOptions review,
      CompileOptions options) {
    requireEffect(model, Quantization.plan(model, recipe, size(options)), recipe);
    if (!review.gated() || !options.check()) {
      throw new DoptException(
          ErrorCode.USAGE,
          (!options.check()
                  ? "--no-check does not go with --precision auto: what a search found becomes a bundle"
                      + " only after its engine was tried."
                  : "--no-gate does not go with --precision auto, which compares images to find out"
                      + " what may be quantized.")
              + " Leave it out, or give a --plan.");
    }
    CalibrationTable table = table(model, options);
    SearchSampling images =
        SearchSampling.of(calibration.prompts(model), table, review, model, size(options));
    PrecisionSearch.Result found =
        new PrecisionSearch(model, recipe, table, review.budget(), images, console)
            .run(beside(options, "trials"));
    plans.write(found.plan());
    Quantization quantized =
        Quantization.apply(model, found.plan(), recipe, Optional.of(table)).asPlanned();
    return new Result(quantized, Optional.of(found.report()));
  }

  private CalibrationTable table(PipelineModel model, CompileOptions options) {
    return calibration.table(
        model,
        size(options),
        EngineOptions.defaults(),
        beside(options, "calibration"),
        new FileHashes(options.cache().map(CacheOptions::folder).map(it -> it.resolve("hashes"))),
        console);
  }

  /** Names a folder next to the output that is there only meanwhile. */
  private static Path beside(CompileOptions options, String what) {
    Path output = options.output().toAbsolutePath();
    return output.resolveSibling(output.getFileName() + "." + what);
  }

  private void requireEffect(PipelineModel model, PrecisionPlan plan, QuantizationRecipe recipe) {
    QuantizationEffect effect =
        new QuantizationEffect(Calibration.denoiser(model).graph(), plan, recipe);
    effect.require(quantization.groups());
    effect.warning().ifPresent(console::warning);
  }

  /** What the budget may limit: what comparing measures by itself, and with the CLIP there is. */
  private static GateNames gateNames(PipelineModel model) {
    Map<String, Boolean> metrics = new LinkedHashMap<>(GateNames.standard().metrics());
    if (model.evaluation().clip().isEmpty()) {
      return GateNames.standard();
    }
    metrics.put("perceptual", false);
    return new GateNames(metrics, Map.of("clip", true));
  }

  private ReviewOptions wanted(PipelineModel model, CompileOptions options) {
    ReviewOptions asked = reviewing.options(gateNames(model), options.check());
    if (!target.isTensorRt()) {
      return asked;
    }
    if (target.isPortable()) {
      reviewing.requireNoSpeed("'dopt build' measures how fast plans are");
    }
    if (!isImitable() && !searches()) {
      if (target.isPortable()) {
        reviewing.requireNoGate(
            "ONNX Runtime has no kernels for bf16 on the CPU; compare images with 'dopt eval' where"
                + " the plans run");
      }
      return asked.withoutGate();
    }
    return asked;
  }

  /** How plans are held against those that are not quantized; empty when they are not to be. */
  Optional<ReviewOptions> reviewOfPlans(
      Result quantized, PipelineModel unquantized, CompileOptions options) {
    ReviewOptions asked = reviewing.options(gateNames(unquantized), options.check());
    if (!asked.gated() && !options.check()) {
      return Optional.empty();
    }
    Collection<Precision> planned = quantized.quantization().plan().layers().values();
    boolean forSpeed = planned.contains(Precision.INT8) || planned.contains(Precision.FLOAT8);
    // 4-bit weights are for smaller files.
    return Optional.of(forSpeed ? asked : asked.withSlowerAllowed());
  }

  private boolean isImitable() {
    return target.computeType(quantization.asked()) != ElementType.BFLOAT16;
  }

  /** The review of what was quantized. */
  CompileReview review(Result quantized, PipelineModel unquantized, CompileOptions options) {
    ReviewOptions asked = wanted(unquantized, options);
    // A search has compared the images of this very plan already.
    ReviewOptions wanted = quantized.search().isPresent() ? asked.withoutGate() : asked;
    if (!isImitable() && !searches() && target.isPortable()) {
      console.warning(
          "Images were not compared with those in float32: ONNX Runtime has no kernels for bf16 on"
              + " the CPU. Compare them with 'dopt eval' where the plans run.");
    }
    Quantization quantization = quantized.quantization();
    long seed = quantization.calibration().map(it -> it.settings().seed()).orElse(0L);
    return new CompileReview(
        quantization,
        unquantized,
        options,
        wanted,
        new CompileGate(
            wanted,
            quantization.recipe().precision(),
            calibration.prompts(unquantized),
            seed,
            console),
        quantization
            .report(
                Calibration.denoiser(unquantized).graph(),
                target.computeType(this.quantization.asked()))
            .withTrials(quantized.search().map(SearchReport::recorded).orElse(List.of())),
        console);
  }
}
