package io.dopt.cli;

import io.dopt.compiler.BundleReview;
import io.dopt.compiler.CompileListener;
import io.dopt.compiler.CompileOptions;
import io.dopt.compiler.CompileSummary;
import io.dopt.compiler.Compiler;
import io.dopt.compiler.build.BuildRequest;
import io.dopt.compiler.cache.CacheOptions;
import io.dopt.importer.checkpoint.Checkpoint;
import io.dopt.importer.family.FamilyBuilders;
import io.dopt.importer.family.ImportedPipeline;
import io.dopt.importer.family.PipelineImporter;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.passes.PassPipeline;
import io.dopt.quantizer.Precision;
import io.dopt.runtime.build.BuildPackage;
import io.dopt.runtime.build.PlanBuilder;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.runtime.image.ImagePreprocessing;
import io.dopt.runtime.scheduler.Schedulers;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.OutputFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
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
      description = "The bundle, or the build package, to write.")
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
  @Mixin private CompileReviewArguments reviewing;

  @Option(
      names = "--strict",
      description = "Tensors that nothing uses are an error, not a warning.")
  private boolean strict;

  @Mixin private TargetArguments target;

  @Mixin private CacheArguments cache;

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

  @Override
  public Integer call() {
    Optional<Precision> precision = quantization.asked();
    target.requireEffect(precision, lock != null);
    quantization.recipe(target.scheme());
    if (lock != null && !Files.isRegularFile(lock)) {
      throw new DoptException(
          ErrorCode.USAGE, "The file of --locked, " + lock + ", does not exist.");
    }
    OutputFolder.requireReplaceable(output, force, Bundle.MANIFEST);
    Optional<PlanBuilder> builder = target.builder();
    if (builder.isPresent()) {
      try (OutputFolder scratch = OutputFolder.temporary(output)) {
        Path compiled = scratch.resolve("package");
        Compiled done = compile(compiled, precision, Optional.of(scratch));
        CompileReport report = done.report().withOutput(output);
        BuildReport built =
            new PlanStage(builder.get(), this::settled, explain, console())
                .build(BuildPackage.open(compiled), output, force, done.held());
        console()
            .result(
                new CompiledAndBuilt(report, built),
                report.text() + System.lineSeparator() + built.text());
      }
      return 0;
    }
    CompileReport report = compile(output, precision, Optional.empty()).report();
    console().result(report, report.text());
    return 0;
  }

  /** What both stages at once print as JSON. */
  private record CompiledAndBuilt(CompileReport compile, BuildReport build) {}

  /** What the first stage leaves to the second. */
  private record Compiled(CompileReport report, Optional<PlanStage.Unquantized> held) {}

  private BuildRequest settled(BuildRequest of) {
    BuildRequest request =
        of.withLimits(BuildCommand.mostMemory(), BuildRequest.DEFAULT_TIME_LIMIT);
    if (cache.options().isPresent()) {
      request = request.withCache(cache.options().get());
    }
    if (target.build().timingCache().isPresent()) {
      request = request.withTimingCache(target.build().timingCache().get());
    }
    return request;
  }

  /**
   * @param scratch where plans are to be built later; absent when none are
   */
  private Compiled compile(
      Path destination, Optional<Precision> precision, Optional<OutputFolder> scratch) {
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
      Compiler compiler = new Compiler(target.targets(precision));
      compiler.requirePossible(rewritten.model(), options(destination, passes, Optional.empty()));
      QuantizationStage stage =
          new QuantizationStage(quantization, calibration, plans, reviewing, target, console());
      Optional<QuantizationStage.Result> quantized =
          stage.run(rewritten.model(), options(destination, passes, Optional.empty()));
      quantized.ifPresent(it -> progress.stageFinished("quantization"));
      PipelineModel model =
          quantized.map(it -> it.quantization().model()).orElse(rewritten.model());
      CompileOptions options = options(destination, passes, quantized);
      Optional<CompileReview> review =
          quantized.map(it -> stage.review(it, rewritten.model(), options));
      CompileSummary summary =
          compiler.compile(
              model,
              options,
              progress,
              review.map(BundleReview.class::cast).orElse(BundleReview.NONE));
      summary.notices().forEach(console()::warning);
      List<Explanation> explanations =
          explain
              ? Explanation.of(
                  rewritten,
                  model,
                  summary,
                  quantized
                      .map(it -> it.excluded(rewritten.model(), options))
                      .orElse(new TreeMap<>()))
              : List.of();
      CompileReport report =
          CompileReport.of(
              summary,
              progress.stages(),
              imported.notes(),
              explanations,
              quantized.flatMap(QuantizationStage.Result::search),
              review.map(CompileReview::report));
      Optional<ReviewOptions> wanted =
          scratch.isEmpty()
              ? Optional.empty()
              : quantized.flatMap(it -> stage.reviewOfPlans(it, rewritten.model(), options));
      return new Compiled(
          report,
          wanted.map(
              how -> {
                Path source = scratch.get().resolve("unquantized-package");
                compiler.compile(
                    rewritten.model(),
                    options(source, passes, Optional.empty()).withCheck(false),
                    CompileListener.NONE);
                return new PlanStage.Unquantized(source, scratch.get().resolve("unquantized"), how);
              }));
    } finally {
      progress.close();
    }
  }

  private CompileOptions options(
      Path destination, PassPipeline passes, Optional<QuantizationStage.Result> quantized) {
    SortedMap<String, String> recipe = checkpoint.recipe();
    recipe.put("passes", String.join(",", passes.passNames()));
    quantized.ifPresent(it -> recipe.putAll(it.recipe()));
    CompileOptions options =
        CompileOptions.to(destination)
            .withForce(force)
            .withTarget(target.name())
            .withSizes(sizes)
            .withBatches(batches)
            .withDynamicOnly(dynamic)
            .withCheck(!noCheck)
            .withRecipe(recipe);
    Optional<CacheOptions> kept = cache.options();
    if (kept.isPresent()) {
      options = options.withCache(kept.get());
    }
    return lock == null ? options : options.withExpectedLock(lock);
  }
}
