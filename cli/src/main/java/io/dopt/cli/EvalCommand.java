package io.dopt.cli;

import ai.onnxruntime.OrtEnvironment;
import io.dopt.compiler.DoptVersion;
import io.dopt.evals.Evaluation;
import io.dopt.evals.EvaluationRequest;
import io.dopt.evals.EvaluationRequest.Measures;
import io.dopt.evals.Reference;
import io.dopt.evals.Sampling;
import io.dopt.evals.cost.Cost;
import io.dopt.evals.report.Environment;
import io.dopt.evals.report.EvaluationReport;
import io.dopt.evals.report.ReportJson;
import io.dopt.evals.report.Verdict.Decision;
import io.dopt.evals.statistics.Bootstrap;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.runtime.engine.EngineOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dopt eval}. */
@Command(
    name = "eval",
    header = "Judge a bundle by its images, against a reference.",
    description = {
      "",
      "Makes the same images, from the same prompts and noise, with the bundle and with a reference,"
          + " in turn, and writes how far they are apart and how long they took: report.html,"
          + " report.json, candidate/ and reference/. Without --against the reference is the bundle"
          + " itself on another number of threads, which shows the noise floor.",
      "",
      "Exits with 10 when an image is degenerate (NaN, or of a single colour) or a gate on quality"
          + " fails, with 11 when a gate on speed fails, with 4 when a gate cannot be judged, and with"
          + " 12 when the samples do not decide one; the report is written all the same. The speed of a"
          + " build package, which is imitated, cannot be gated.",
      ""
    })
final class EvalCommand extends DoptSubcommand {
  @Parameters(paramLabel = "BUNDLE", description = "A folder that 'dopt compile' wrote.")
  private Path bundle;

  @Option(
      names = "--against",
      paramLabel = "PATH",
      description =
          "The reference: another bundle, or a folder of PNG images, of which the i-th by name"
              + " belongs to sample i.")
  private Path against;

  @Option(
      names = "--prompts",
      paramLabel = "FILE",
      description =
          "A file of prompts, one a line; the bundle's own, or general ones, when not given.")
  private Path prompts;

  @Option(
      names = "--count",
      paramLabel = "N",
      converter = NumberConverters.Positive.class,
      description =
          "Samples; one for each prompt when not given. Sample i takes prompt i, from the start"
              + " again after the last, and the seed SEED+i.")
  private Integer count;

  @Option(
      names = "--seed",
      defaultValue = "0",
      description = "Seed of the first sample (default 0).")
  private long seed;

  @Option(
      names = "--steps",
      paramLabel = "N",
      converter = NumberConverters.Positive.class,
      description =
          "Denoising steps; the pipeline's default, but no more than "
              + Sampling.MOST_DEFAULT_STEPS
              + ", when not given.")
  private Integer steps;

  @Option(
      names = "--guidance",
      paramLabel = "SCALE",
      description = "Guidance scale; the pipeline's default when not given.")
  private Double guidance;

  @Option(
      names = "--size",
      paramLabel = "HxW",
      converter = ImageSizeConverter.class,
      description = "Height x width in pixels; the bundle's first size when not given.")
  private ImageSize size;

  @Option(
      names = "--scheduler",
      paramLabel = "NAME",
      completionCandidates = SchedulerNames.class,
      description = "Another scheduler with the checkpoint's settings, on both sides.")
  private String scheduler;

  @Option(
      names = "--negative-prompt",
      paramLabel = "TEXT",
      description = "What to avoid, in every sample.")
  private String negativePrompt;

  @Option(
      names = "--report",
      required = true,
      paramLabel = "DIR",
      description = "The folder to write.")
  private Path report;

  @Option(names = "--force", description = "Replace a report, and exports, that exist.")
  private boolean force;

  @Mixin private GateArguments gates;

  @Mixin private FeatureArguments features;

  @Mixin private ExportArguments exports;

  @Option(
      names = "--beside",
      paramLabel = "REPORT",
      description =
          "An earlier report against the same reference bundle, whose candidate is drawn beside this"
              + " one in the plot of quality against speed; may be given several times.")
  private List<Path> beside = List.of();

  @Mixin private CostArguments cost;

  @Mixin private EngineArguments engine;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    EngineOptions options = engine.options(console());
    exports.requireFree(force);
    Imitation.warned(Bundle.open(bundle), console());
    EvaluationReport result;
    try (FeatureNetworks networks = features.open(bundle, options);
        EvaluationProgress progress = new EvaluationProgress(console())) {
      result = Evaluation.run(request(options, networks.measures()), progress);
    }
    exports.write(result);
    result
        .cost()
        .filter(Cost::energyMissing)
        .ifPresent(
            missing ->
                console()
                    .warning(
                        "Energy has a price, but this machine does not tell how much it takes"
                            + " (/sys/class/powercap, readable by root only on most systems); the"
                            + " costs are those of the machine alone."));
    console()
        .result(
            console().json()
                ? ReportJson.write(result).stripTrailing()
                : EvaluationSummary.of(result, report.resolve(Evaluation.REPORT_HTML)));
    Optional<Decision> failed = result.verdict().decision();
    failed.ifPresent(decision -> console().error(decision.explanation()));
    return failed.map(decision -> decision.failure().exitCode()).orElse(0);
  }

  private EvaluationRequest request(EngineOptions options, Measures measures) {
    Reference reference = against == null ? new Reference.Itself() : Reference.at(against);
    return new EvaluationRequest(
        bundle,
        reference,
        Optional.ofNullable(prompts),
        count == null ? OptionalInt.empty() : OptionalInt.of(count),
        new Sampling(
            seed,
            steps == null ? OptionalInt.empty() : OptionalInt.of(steps),
            guidance == null ? OptionalDouble.empty() : OptionalDouble.of(guidance),
            Optional.ofNullable(size),
            Optional.ofNullable(scheduler),
            Optional.ofNullable(negativePrompt)),
        options.threads(),
        measures,
        gates.criteria(measures.names(), bundle, reference),
        Bootstrap.usual(),
        new EvaluationRequest.Output(
            report, force, environment(), commandLine(), cost.costing(reference), beside));
  }

  private List<String> commandLine() {
    List<String> words = new ArrayList<>(List.of("dopt"));
    words.addAll(spec.root().commandLine().getParseResult().originalArgs());
    return words;
  }

  private static Environment environment() {
    Machine.Processor processor = Machine.processor();
    return new Environment(
        DoptVersion.read(),
        System.getProperty("java.version") + ", " + System.getProperty("java.vendor"),
        Optional.ofNullable(OrtEnvironment.class.getPackage().getImplementationVersion())
            .orElse("unknown"),
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + " "
            + System.getProperty("os.arch"),
        processor.model(),
        processor.cores(),
        processor.features(),
        Machine.memory().total());
  }
}
