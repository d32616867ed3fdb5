package io.dopt.cli;

import io.dopt.compiler.BundleReview;
import io.dopt.compiler.CompileOptions;
import io.dopt.compiler.CompileSummary;
import io.dopt.compiler.Compiler;
import io.dopt.compiler.Targets;
import io.dopt.compiler.cache.CacheOptions;
import io.dopt.compiler.lock.FileHashes;
import io.dopt.evals.gate.GateNames;
import io.dopt.importer.checkpoint.Checkpoint;
import io.dopt.importer.family.FamilyBuilders;
import io.dopt.importer.family.ImportedPipeline;
import io.dopt.importer.family.PipelineImporter;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.passes.PassPipeline;
import io.dopt.quantizer.Precision;
import io.dopt.quantizer.PrecisionPlan;
import io.dopt.quantizer.QuantizationRecipe;
import io.dopt.quantizer.QuantizationScheme;
import io.dopt.quantizer.calibration.CalibrationTable;
import io.dopt.quantizer.search.PlanFile;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.runtime.image.ImagePreprocessing;
import io.dopt.runtime.scheduler.Schedulers;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dopt compile}. */
@Command(
    name = "compile",
    header = "Compile a checkpoint to a bundle.",
    description = {
      "",
      "CHECKPOINT is a diffusers folder, the folder of a CLIP, or a single .safetensors or .ckpt file"
          + " of the original layout. The bundle appears whole or not at all.",
      ""
    })
final class CompileCommand extends DoptSubcommand {
  @Parameters(paramLabel = "CHECKPOINT", description = "A diffusers folder or a single file.")
  private Path source;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FOLDER",
      description = "The bundle to write.")
  private Path output;

  @Option(names = "--force", description = "Replace a bundle, and a --plan-output, that exist.")
  private boolean force;

  @Option(
      names = "--size",
      split = ",",
      paramLabel = "HxW",
      converter = ImageSizeConverter.class,
      description =
          "Image sizes in pixels, height x width, to specialise for: 512x512,768x512. The first is"
              + " the default of 'generate'. Not given: the size the model was trained for.")
  private List<ImageSize> sizes = List.of();

  @Option(
      names = "--batch",
      split = ",",
      paramLabel = "N",
      defaultValue = "1",
      description = "Batch sizes to specialise for (default 1).")
  private List<Integer> batches;

  @Option(
      names = "--dynamic",
      description = "Only engines for any size and batch, which are slower; none specialised.")
  private boolean dynamic;

  @Mixin private CheckpointArguments checkpoint;
  @Mixin private QuantizationArguments quantization;
  @Mixin private CalibrationArguments calibration;
  @Mixin private PlanArguments plans;
  @Mixin private ReviewArguments reviewing;

  @Option(
      names = "--strict",
      description = "Tensors that nothing uses are an error, not a warning.")
  private boolean strict;

  @Option(
      names = "--target",
      paramLabel = "NAME",
      defaultValue = "cpu",
      description = "What to compile for (default cpu).")
  private String target;

  @ArgGroup(exclusive = true)
  private Cache cache;

  private static final class Cache {
    @Option(
        names = "--cache",
        paramLabel = "FOLDER",
        description = "Where compiled components are kept; $DOPT_CACHE, else ~/.cache/dopt.")
    private Path folder;

    @Option(names = "--no-cache", description = "Neither look into a cache nor fill one.")
    private boolean none;
  }

  @Option(
      names = "--explain",
      description = "Say what each pass did or refused, and how each operator was written.")
  private boolean explain;

  @Option(
      names = "--locked",
      paramLabel = "FILE",
      description = "A dopt.lock that the result must equal.")
  private Path lock;

  @Option(names = "--no-check", description = "Do not try the engines before the bundle appears.")
  private boolean noCheck;

  private Optional<SearchReport> search = Optional.empty();

  @Override
  public Integer call() {
    CompileProgress progress = new CompileProgress(console());
    try (Checkpoint opened = checkpoint.open(source)) {
      ImportedPipeline imported =
          new PipelineImporter(FamilyBuilders.standard(), strict).importPipeline(opened);
      imported.notes().forEach(console()::warning);
      // The runtime would refuse it too, but only when somebody generates.
      imported.model().scheduler().ifPresent(it -> Schedulers.of(it, Optional.empty(), 0));
      Optional.ofNullable(imported.model().options().get("preprocessor_config"))
          .ifPresent(ImagePreprocessing::of);
      progress.stageFinished("import");
      PassPipeline passes = PassPipeline.standard();
      PassPipeline.ModelResult rewritten = passes.run(imported.model());
      progress.stageFinished("passes");
      Compiler compiler = new Compiler(Targets.standard());
      compiler.requirePossible(rewritten.model(), options(passes, Optional.empty()));
      Optional<Quantization> quantized =
          quantized(rewritten.model()).map(it -> quantization.isAuto() ? it.asPlanned() : it);
      quantized.ifPresent(it -> progress.stageFinished("quantization"));
      PipelineModel model = quantized.map(Quantization::model).orElse(rewritten.model());
      CompileOptions options = options(passes, quantized);
      Optional<CompileReview> review = quantized.map(it -> review(it, rewritten.model(), options));
      CompileSummary summary =
          compiler.compile(
              model,
              options,
              progress,
              review.map(BundleReview.class::cast).orElse(BundleReview.NONE));
      summary.notices().forEach(console()::warning);
      List<Explanation> explanations =
          explain
              ? Explanation.of(rewritten, model, summary, excluded(rewritten.model(), quantized))
              : List.of();
      CompileReport report =
          CompileReport.of(
              summary,
              progress.stages(),
              imported.notes(),
              explanations,
              search,
              review.map(CompileReview::report));
      console().result(report, report.text());
      return 0;
    } finally {
      progress.close();
    }
  }

  /** What a recipe left alone; a plan or a search has other reasons. */
  private SortedMap<String, List<String>> excluded(
      PipelineModel model, Optional<Quantization> quantized) {
    return quantized.isEmpty() || quantization.isAuto()
        ? new TreeMap<>()
        : quantized.get().excluded(model, sizes.stream().findFirst());
  }

  private Optional<Quantization> quantized(PipelineModel model) {
    QuantizationRecipe recipe = quantization.recipe(QuantizationScheme.ofTarget(target));
    if (!quantization.quantizes()) {
      calibration.requireNone("nothing is quantized");
      plans.requireEffect(false, false);
      reviewing.requireNone("nothing is quantized");
      return Optional.empty();
    }
    Optional<ImageSize> size = sizes.stream().findFirst();
    plans.requireEffect(quantization.isAuto(), true);
    plans.requireFree(force);
    if (plans.plan().isPresent()) {
      quantization.requireNoneOfPlan();
    }
    ReviewOptions review = reviewing.options(gateNames(model), !noCheck);
    if (quantization.isAuto() && plans.plan().isEmpty()) {
      return Optional.of(searched(model, recipe, review));
    }
    PrecisionPlan plan =
        plans
            .plan()
            .map(file -> Quantization.read(file, model))
            .orElseGet(() -> Quantization.plan(model, recipe, size));
    requireEffect(model, plan, recipe);
    plans.write(plan);
    if (plan.layers().values().stream().noneMatch(Precision::needsCalibration)) {
      calibration.requireNone("the plan leaves activations as they are");
      return Optional.of(Quantization.apply(model, plan, recipe, Optional.empty()));
    }
    return Optional.of(Quantization.apply(model, plan, recipe, Optional.of(table(model, size))));
  }

  private Quantization searched(
      PipelineModel model, QuantizationRecipe recipe, ReviewOptions review) {
    Optional<ImageSize> size = sizes.stream().findFirst();
    requireEffect(model, Quantization.plan(model, recipe, size), recipe);
    if (!review.gated() || noCheck) {
      throw new DoptException(
          ErrorCode.USAGE,
          (noCheck
                  ? "--no-check does not go with --precision auto: what a search found becomes a bundle"
                      + " only after its engine was tried."
                  : "--no-gate does not go with --precision auto, which compares images to find out"
                      + " what may be quantized.")
              + " Leave it out, or give a --plan.");
    }
    CalibrationTable table = table(model, size);
    SearchSampling images =
        SearchSampling.of(calibration.prompts(model), table, review, model, size);
    PrecisionSearch.Result found =
        new PrecisionSearch(model, recipe, table, review.budget(), images, console())
            .run(beside("trials"));
    search = Optional.of(found.report());
    plans.write(found.plan());
    return Quantization.apply(model, found.plan(), recipe, Optional.of(table));
  }

  private CalibrationTable table(PipelineModel model, Optional<ImageSize> size) {
    return calibration.table(
        model,
        size,
        EngineOptions.defaults(),
        beside("calibration"),
        new FileHashes(cache().map(it -> it.folder().resolve("hashes"))),
        console());
  }

  /** Names a folder next to the output that is there only meanwhile. */
  private Path beside(String what) {
    return output.resolveSibling(output.toAbsolutePath().getFileName() + "." + what);
  }

  private void requireEffect(PipelineModel model, PrecisionPlan plan, QuantizationRecipe recipe) {
    QuantizationEffect effect =
        new QuantizationEffect(Calibration.denoiser(model).graph(), plan, recipe);
    effect.require(quantization.groups());
    effect.warning().ifPresent(console()::warning);
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

  private CompileReview review(
      Quantization quantized, PipelineModel unquantized, CompileOptions options) {
    ReviewOptions asked = reviewing.options(gateNames(unquantized), !noCheck);
    // A search has compared the images of this very plan already.
    ReviewOptions wanted = search.isPresent() ? asked.withoutGate() : asked;
    long seed = quantized.calibration().map(it -> it.settings().seed()).orElse(0L);
    return new CompileReview(
        quantized,
        unquantized,
        options,
        wanted,
        new CompileGate(
            wanted,
            quantized.recipe().precision(),
            calibration.prompts(unquantized),
            seed,
            console()),
        quantized
            .report(Calibration.denoiser(unquantized).graph())
            .withTrials(search.map(SearchReport::recorded).orElse(List.of())),
        console());
  }

  private CompileOptions options(PassPipeline passes, Optional<Quantization> quantized) {
    SortedMap<String, String> recipe = checkpoint.recipe();
    recipe.put("passes", String.join(",", passes.passNames()));
    quantized.ifPresent(it -> recipe.put("quantization", it.text()));
    quantized
        .filter(it -> quantization.isAuto())
        .ifPresent(it -> recipe.put("plan", PlanFile.hash(Calibration.DENOISER, it.plan())));
    quantized
        .flatMap(Quantization::calibration)
        .ifPresent(it -> recipe.put("calibration", it.hash()));
    CompileOptions options =
        CompileOptions.to(output)
            .withForce(force)
            .withTarget(target)
            .withSizes(sizes)
            .withBatches(batches)
            .withDynamicOnly(dynamic)
            .withCheck(!noCheck)
            .withRecipe(recipe);
    Optional<CacheOptions> kept = cache();
    if (kept.isPresent()) {
      options = options.withCache(kept.get());
    }
    return lock == null ? options : options.withExpectedLock(lock);
  }

  private Optional<CacheOptions> cache() {
    if (cache != null && cache.none) {
      return Optional.empty();
    }
    if (cache != null) {
      return Optional.of(
          new CacheOptions(cache.folder.toAbsolutePath(), CacheOptions.DEFAULT_LIMIT_BYTES));
    }
    return Optional.of(
        CacheOptions.standard(System.getenv(), Path.of(System.getProperty("user.home"))));
  }
}
