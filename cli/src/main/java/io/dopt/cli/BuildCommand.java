package io.dopt.cli;

import io.dopt.compiler.BundleReview;
import io.dopt.compiler.build.BuildRequest;
import io.dopt.compiler.build.BuildSummary;
import io.dopt.compiler.build.BundleBuild;
import io.dopt.evals.gate.GateNames;
import io.dopt.runtime.build.BuildPackage;
import io.dopt.runtime.build.PlanBuilder;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dopt build}. */
@Command(
    name = "build",
    header = "Build the plans of a package on the GPU host.",
    description = {
      "",
      "PACKAGE is what 'dopt compile --target tensorrt --portable' wrote. Its plans run on this"
          + " machine's GPU, driver and TensorRT. The bundle appears whole or not at all.",
      ""
    })
final class BuildCommand extends DoptSubcommand {
  private static final double SHARE_OF_MEMORY = 0.9;

  @Parameters(paramLabel = "PACKAGE", description = "The package to build.")
  private Path source;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FOLDER",
      description = "The bundle to write.")
  private Path output;

  @Option(names = "--force", description = "Replace a bundle that exists.")
  private boolean force;

  @Mixin private BuildArguments build;
  @Mixin private CacheArguments cache;

  @Option(
      names = "--memory-limit",
      paramLabel = "SIZE",
      converter = ByteSizeConverter.class,
      description =
          "Host memory one build may take before it is stopped: 24GiB (default nine tenths of the"
              + " machine's).")
  private Long memoryLimit;

  @Option(
      names = "--time-limit",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description = "How long one build may take before it is stopped: 30min (default 12h).")
  private Duration timeLimit = BuildRequest.DEFAULT_TIME_LIMIT;

  @Option(
      names = "--against",
      paramLabel = "BUNDLE",
      description =
          "A bundle of the same model that this one must not be slower than, or further from than the"
              + " quality budget: its plans in f16. A build package is imitated on the CPU and"
              + " says nothing of speed.")
  private Path against;

  @Mixin private BuildReviewArguments reviewing;

  @Option(
      names = "--explain",
      description = "Say what became of each quantized layer, and what was fused.")
  private boolean explain;

  @Override
  public Integer call() {
    BuildPackage opened = BuildPackage.open(source);
    BuildRequest request =
        BuildRequest.of(opened, output)
            .withForce(force)
            .withOptions(build.options(opened.specification().options()))
            .withLimits(memoryLimit == null ? mostMemory() : memoryLimit, timeLimit);
    if (cache.options().isPresent()) {
      request = request.withCache(cache.options().get());
    }
    if (build.timingCache().isPresent()) {
      request = request.withTimingCache(build.timingCache().get());
    }
    Optional<PlanReview> review = review();
    PlanBuilder builder = GpuSupport.toBuildPackage();
    BuildSummary summary =
        new BundleBuild(builder)
            .build(
                request,
                new BuildProgress(console()),
                review.map(BundleReview.class::cast).orElse(BundleReview.NONE));
    summary.notices().forEach(console()::warning);
    BuildReport report = BuildReport.of(summary, explain, review.map(PlanReview::report));
    console().result(report, report.text());
    return 0;
  }

  private Optional<PlanReview> review() {
    if (against == null) {
      reviewing.requireNone("there is no --against to compare with");
      return Optional.empty();
    }
    ReviewOptions wanted = reviewing.options(GateNames.standard(), true);
    PlanReview review = new PlanReview(against, wanted, console());
    if (review.imitated()) {
      reviewing.requireNoSpeed("--against is a build package, whose speed says nothing");
      if (!wanted.gated()) {
        throw new DoptException(
            ErrorCode.USAGE,
            "--no-gate leaves nothing to compare with a build package. Leave out one of --no-gate"
                + " and --against.");
      }
    }
    return Optional.of(review);
  }

  /** Memory of the machine that one build may take; all of it where nobody knows how much. */
  static long mostMemory() {
    return Machine.memory()
        .total()
        .map(total -> (long) (SHARE_OF_MEMORY * total))
        .orElse(Long.MAX_VALUE);
  }
}
