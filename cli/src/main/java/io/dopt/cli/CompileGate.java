package io.dopt.cli;

import io.dopt.evals.Comparison;
import io.dopt.evals.ComparisonRequest;
import io.dopt.evals.Criteria;
import io.dopt.evals.Evaluation;
import io.dopt.evals.EvaluationPrompts;
import io.dopt.evals.KeptReference;
import io.dopt.evals.Reference;
import io.dopt.evals.Sampling;
import io.dopt.evals.gate.Gate;
import io.dopt.evals.gate.GateNames;
import io.dopt.evals.gate.GateSubject;
import io.dopt.evals.report.Figures;
import io.dopt.evals.report.Verdict;
import io.dopt.evals.statistics.Bootstrap;
import io.dopt.quantizer.Precision;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/** Compares the images of a fresh bundle with those in float32, and refuses what is too bad. */
final class CompileGate {
  /** Far from the calibration's seeds, which count up from its first. */
  static final long SEED_OFFSET = 100_000;

  private static final int COUNT = 8;

  /**
   * Multiplications of a denoiser's call from which on eight images of twenty steps are a matter of
   * hours. What decides is work and not time, so that the same compile makes the same images.
   */
  private static final long SLOW = 100_000_000_000L;

  private static final int SLOW_STEPS = 4;

  /**
   * Decibels below which the images of one noise are hardly the same picture: more cannot be asked
   * of a single image of four steps that nobody chose.
   */
  private static final int LEAST_AT_A_GLANCE = 20;

  private static final int SLOW_COUNT = 1;
  private static final int SLOW_COUNT_OF_BUDGET = 4;

  private final ReviewOptions options;
  private final Precision precision;
  private final EvaluationPrompts prompts;
  private final long calibrationSeed;
  private final Console console;
  private final String reference;

  /**
   * @param precision what was asked for
   * @param prompts those of the calibration; the last of them are taken
   * @param calibrationSeed of its first image
   */
  CompileGate(
      ReviewOptions options,
      Precision precision,
      EvaluationPrompts prompts,
      long calibrationSeed,
      Console console) {
    this(options, precision, prompts, calibrationSeed, console, "float32");
  }

  private CompileGate(
      ReviewOptions options,
      Precision precision,
      EvaluationPrompts prompts,
      long calibrationSeed,
      Console console,
      String reference) {
    this.reference = reference;
    this.options = options;
    this.precision = precision;
    this.prompts = prompts;
    this.calibrationSeed = calibrationSeed;
    this.console = console;
  }

  /** The same with what is compared with called otherwise than float32. */
  CompileGate against(String name) {
    return new CompileGate(options, precision, prompts, calibrationSeed, console, name);
  }

  /**
   * Judges.
   *
   * @param multiplications of a call of the denoiser
   * @return what was found; empty when the bundle makes no images, so that there is nothing to
   *     judge
   * @throws DoptException (QUALITY) when a limit is not kept; (INCONCLUSIVE) when the images do not
   *     decide
   */
  Optional<Comparison> judge(Path candidate, Path reference, long multiplications) {
    boolean slow = multiplications > SLOW;
    int count = options.count().orElse(slow ? slowCount() : COUNT);
    OptionalInt steps =
        options.steps().isPresent() || !slow ? options.steps() : OptionalInt.of(SLOW_STEPS);
    if (slow && (options.count().isEmpty() || options.steps().isEmpty())) {
      console.warning(
          String.format(
              "A step of this denoiser is %d billion multiplications, so the gate compares %s of %d"
                  + " steps. More say more: --gate-count, --gate-steps, or 'dopt eval' afterwards.",
              multiplications / 1_000_000_000, Figures.count(count, "pair"), steps.orElseThrow()));
    }
    try (FeatureNetworks networks = networks(options.budget().gates(), candidate);
        EvaluationProgress progress = new EvaluationProgress(console)) {
      // One after the other: two denoisers at once would take the memory of both.
      KeptReference kept =
          KeptReference.of(reference, last(count), count, sampling(steps), 0, progress);
      ComparisonRequest request =
          new ComparisonRequest(
              candidate,
              new Reference.Kept(kept),
              last(count),
              count,
              sampling(steps),
              0,
              networks.measures(),
              Criteria.of(gates(count, slow && options.count().isEmpty())),
              Bootstrap.usual());
      Comparison comparison = Evaluation.compare(request, progress);
      comparison.verdict().decision().ifPresent(decision -> refuse(decision, comparison));
      return Optional.of(comparison);
    } catch (DoptException e) {
      if (e.code() == ErrorCode.UNSUPPORTED && options.budget().gates().isEmpty()) {
        console.warning(
            "Images could not be compared with those of " + reference + ": " + e.getMessage());
        return Optional.empty();
      }
      throw e;
    }
  }

  private int slowCount() {
    return options.budget().gates().isEmpty() ? SLOW_COUNT : SLOW_COUNT_OF_BUDGET;
  }

  private List<Gate> gates(int count, boolean glance) {
    if (!options.budget().gates().isEmpty()) {
      return options.budget().gates();
    }
    int limit = glance ? LEAST_AT_A_GLANCE : least();
    return List.of(Gate.parse((count == 1 ? "psnr.min>=" : "psnr.mean>=") + limit));
  }

  /**
   * Decibels that a sound recipe keeps with room to spare, and one without exclusions and with
   * ranges of a single step does not (docs/quantization.md). A single image has no mean with an
   * interval.
   */
  private int least() {
    return switch (precision) {
      case FLOAT32, FLOAT16, BFLOAT16, INT8, FLOAT8 -> 28;
      case INT8_WEIGHT -> 34;
      case INT4_WEIGHT -> 24;
    };
  }

  /** A CLIP is loaded only for a budget that speaks of it. */
  static FeatureNetworks networks(List<Gate> gates, Path candidate) {
    boolean scored =
        gates.stream()
            .anyMatch(
                gate ->
                    !(gate.subject() instanceof GateSubject.PairStatistic pairs
                        && GateNames.standard().metrics().containsKey(pairs.metric())));
    return FeatureNetworks.open(
        scored ? FeatureNetworks.clipOf(Bundle.open(candidate)) : Optional.empty(),
        Optional.empty(),
        EngineOptions.defaults());
  }

  private EvaluationPrompts last(int count) {
    List<String> all = prompts.prompts();
    return new EvaluationPrompts(
        prompts.source(), all.subList(Math.max(0, all.size() - count), all.size()));
  }

  private Sampling sampling(OptionalInt steps) {
    return new Sampling(
        options.seed().orElse(calibrationSeed + SEED_OFFSET),
        steps,
        options.guidanceScale(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private void refuse(Verdict.Decision decision, Comparison comparison) {
    String reached =
        comparison.metrics().stream()
            .flatMap(
                metric ->
                    metric.summary().stream()
                        .map(
                            summary ->
                                metric.name()
                                    + " "
                                    + Figures.metric(metric.name(), summary.mean().value())))
            .collect(Collectors.joining(", "));
    boolean undecided = decision.failure() == ErrorCode.INCONCLUSIVE;
    throw new DoptException(
        decision.failure(),
        String.format(
            "The quantized bundle %s, over %s: %s On average: %s. %s",
            undecided ? "could not be judged" : "is too far from " + reference,
            Figures.count(comparison.samples().size(), "pair of images", "pairs of images"),
            decision.explanation(),
            reached,
            undecided
                ? "No bundle was written. Compare more images (--gate-count), or set another limit."
                : "No bundle was written. Exclude what is sensitive (--exclude), calibrate with more"
                    + " images, choose a finer precision, or set another limit"
                    + " (--quality-budget)."));
  }
}
