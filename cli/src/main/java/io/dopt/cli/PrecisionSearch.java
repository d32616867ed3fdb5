package io.dopt.cli;

import io.dopt.compiler.DenoiserShape;
import io.dopt.evals.Comparison;
import io.dopt.evals.ComparisonRequest;
import io.dopt.evals.Criteria;
import io.dopt.evals.Evaluation;
import io.dopt.evals.KeptReference;
import io.dopt.evals.Reference;
import io.dopt.evals.gate.Gate;
import io.dopt.evals.report.GateResult;
import io.dopt.evals.statistics.Bootstrap;
import io.dopt.evals.statistics.SampleSummary;
import io.dopt.ir.Graph;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.quantizer.PrecisionPlan;
import io.dopt.quantizer.QuantizationRecipe;
import io.dopt.quantizer.QuantizationScheme;
import io.dopt.quantizer.calibration.CalibrationTable;
import io.dopt.quantizer.search.CandidateOrder;
import io.dopt.quantizer.search.PrefixSearch;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.OutputFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Searches for the plan that saves most under a budget: layers are quantized in the order of {@link
 * Candidates}, and the longest prefix is taken whose images, made by a bundle compiled for it, keep
 * the budget. Same inputs, same plan: times are shown and decide nothing.
 */
final class PrecisionSearch {
  private static final Gate DEFAULT = Gate.parse("psnr>=30");
  private static final int MOST_TRIALS = 8;

  /** Less work saved than this is not worth another trial. */
  private static final double WORTHWHILE = 0.01;

  private final PipelineModel model;
  private final QuantizationRecipe recipe;
  private final CalibrationTable calibration;
  private final Console console;
  private final List<Gate> budget;
  private final SearchSampling images;
  private final DenoiserShape shape;
  private final Candidates candidates;
  private final List<SearchReport.Trial> trials = new ArrayList<>();

  /**
   * @param model after the passes; not quantized
   * @param recipe its precision is that of the layers chosen
   * @param calibration of the model
   * @param budget what images have to keep
   * @param images that trials are judged by
   */
  PrecisionSearch(
      PipelineModel model,
      QuantizationRecipe recipe,
      CalibrationTable calibration,
      QualityBudget budget,
      SearchSampling images,
      Console console) {
    this.model = model;
    this.recipe = recipe;
    this.calibration = calibration;
    this.budget = budget.gates().isEmpty() ? List.of(DEFAULT) : budget.gates();
    this.images = images;
    this.console = console;
    Graph graph = Calibration.denoiser(model).graph();
    this.shape = images.shape();
    this.candidates = Candidates.of(graph, recipe, calibration, shape.bindings());
  }

  /**
   * What was found.
   *
   * @param plan precision by layer
   * @param report how it was found
   */
  record Result(PrecisionPlan plan, SearchReport report) {}

  /**
   * Searches.
   *
   * @param work a folder that is there only meanwhile, also after Ctrl-C
   * @throws DoptException (QUALITY) when the budget allows no layer, with the best that was
   *     reached; (USAGE) when it names what cannot be measured; whatever compiling and generating
   *     throw
   */
  Result run(Path work) {
    CandidateOrder order = candidates.order();
    console.progress(
        String.format("searching among %d layers; trials make %s", order.size(), images.text()));
    int length;
    try (OutputFolder folder = OutputFolder.temporary(work)) {
      Path parent = folder.resolve("float32").getParent();
      TrialBundles bundles = new TrialBundles(parent, shape.size(), model, recipe.scheme());
      Path float32 = bundles.compile("float32", model);
      try (FeatureNetworks networks = CompileGate.networks(budget, float32)) {
        KeptReference reference = reference(float32);
        length =
            new PrefixSearch(MOST_TRIALS, WORTHWHILE)
                .longest(
                    order.saved(),
                    candidates.usual(),
                    count -> {
                      Path bundle = bundles.compile("trial", quantized(count).model());
                      Comparison comparison = compare(bundle, reference, networks);
                      Optional<SpeedRatio> ratio = speed(bundle, float32);
                      bundles.remove(bundle);
                      return holds(count, comparison, ratio);
                    });
      }
    }
    return new Result(plan(requireSome(length)), report(length));
  }

  /** How fast an imitation is says nothing. */
  private Optional<SpeedRatio> speed(Path bundle, Path float32) {
    return recipe.scheme() == QuantizationScheme.CPU
        ? Optional.of(
            SpeedComparison.measure(
                Bundle.open(bundle),
                Bundle.open(float32),
                Calibration.DENOISER,
                shape.bindings(),
                EngineOptions.defaults()))
        : Optional.empty();
  }

  private KeptReference reference(Path bundle) {
    try (EvaluationProgress progress = new EvaluationProgress(console)) {
      return KeptReference.of(
          bundle, images.prompts(), images.samples(), images.sampling(), 0, progress);
    }
  }

  private PrecisionPlan plan(int count) {
    return candidates
        .order()
        .plan(
            PrecisionPlan.of(Calibration.denoiser(model).graph(), recipe, shape.bindings()),
            count,
            recipe.precision());
  }

  private Quantization quantized(int count) {
    return Quantization.apply(model, plan(count), recipe, Optional.of(calibration));
  }

  private Comparison compare(Path bundle, KeptReference reference, FeatureNetworks networks) {
    try (EvaluationProgress progress = new EvaluationProgress(console)) {
      return Evaluation.compare(
          new ComparisonRequest(
              bundle,
              new Reference.Kept(reference),
              images.prompts(),
              images.samples(),
              images.sampling(),
              0,
              networks.measures(),
              Criteria.of(budget),
              Bootstrap.usual()),
          progress);
    }
  }

  private boolean holds(int count, Comparison comparison, Optional<SpeedRatio> ratio) {
    boolean holds = comparison.verdict().passed();
    SearchReport.Trial trial =
        new SearchReport.Trial(
            count + " of " + candidates.order().size() + " layers",
            count,
            candidates.share(count),
            comparison.metric("psnr").map(SampleSummary::mean),
            holds,
            comparison
                .verdict()
                .decision()
                .filter(decision -> decision.failure() == ErrorCode.INCONCLUSIVE)
                .isPresent(),
            comparison.verdict().gates().stream()
                .map(GateResult::explanation)
                .collect(Collectors.joining(" ")),
            ratio,
            false);
    trials.add(trial);
    console.progress(
        String.format("trial %d, %s: %s", trials.size(), trial.label(), trial.explanation()));
    return holds;
  }

  private int requireSome(int length) {
    if (length == 0) {
      String best =
          trials.stream()
              .max(Comparator.comparingDouble(SearchReport.Trial::decibels))
              .map(
                  trial ->
                      trial.label()
                          + " in "
                          + recipe.precision().text()
                          + ": "
                          + trial.explanation())
              .orElse("no layer may be quantized");
      throw new DoptException(
          ErrorCode.QUALITY,
          "Only float32 keeps the budget "
              + budget.stream().map(Gate::text).collect(Collectors.joining(", "))
              + ", so there is no bundle. The best that was tried is "
              + best
              + (trials.stream().anyMatch(SearchReport.Trial::undecided)
                  ? " More images (--gate-count) may decide otherwise."
                  : "")
              + " Loosen the budget, or compile with --precision f32.");
    }
    return length;
  }

  private SearchReport report(int length) {
    return new SearchReport(
        budget.stream().map(Gate::text).toList(),
        images.text(),
        trials.stream().map(trial -> trial.layers() == length ? trial.asChosen() : trial).toList());
  }
}
