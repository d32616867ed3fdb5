package io.dopt.cli;

import io.dopt.compiler.BundleReview;
import io.dopt.evals.Comparison;
import io.dopt.evals.EvaluationPrompts;
import io.dopt.quantizer.Precision;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.ComponentManifest;
import io.dopt.runtime.engine.ComponentEngines;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Holds a bundle of plans, before it appears, against another bundle of the same model: one of
 * plans in f16 on the same machine, for quality and speed; or a build package, imitated on the CPU,
 * for quality alone.
 */
final class PlanReview implements BundleReview {
  /** Images on a GPU take seconds. */
  private static final long QUICK = 0;

  private final PlanReference reference;
  private final ReviewOptions wanted;
  private final Console console;
  private Optional<SpeedRatio> speed = Optional.empty();
  private Optional<Comparison> comparison = Optional.empty();

  /**
   * @throws DoptException (USAGE) for a package that the CPU cannot imitate
   */
  PlanReview(Path reference, ReviewOptions wanted, Console console) {
    this.reference = new PlanReference(reference);
    this.wanted = wanted;
    this.console = console;
  }

  /** Whether the reference's speed says nothing. */
  boolean imitated() {
    return reference.imitated();
  }

  /**
   * @throws DoptException (USAGE) for a reference that says nothing of these plans; (SPEED,
   *     QUALITY, INCONCLUSIVE) for plans that are slower or too far
   */
  @Override
  public SortedMap<String, byte[]> review(Path folder) {
    Bundle candidate = Bundle.open(folder);
    reference.requireComparable(candidate);
    Path against = reference.bundle().folder();
    console.progress("comparing with " + against);
    if (!imitated()) {
      reference.remark().ifPresent(console::warning);
      speed = shape(candidate).map(shape -> speed(candidate, shape));
      if (speed.isEmpty()) {
        console.warning("Speed was not compared: the bundle has no denoiser to time.");
      }
    }
    if (wanted.gated()) {
      comparison =
          new CompileGate(
                  wanted,
                  coarsest(candidate),
                  EvaluationPrompts.of(Optional.empty(), candidate),
                  0,
                  console)
              .against(against.toString())
              .judge(folder, against, QUICK);
    }
    return Collections.emptySortedMap();
  }

  /** The limit that is used without a budget follows the coarsest weights. */
  private static Precision coarsest(Bundle bundle) {
    boolean fourBits =
        bundle.precisionReport().stream()
            .flatMap(report -> report.layers().stream())
            .anyMatch(layer -> layer.planned().equals(Precision.INT4_WEIGHT.text()));
    return fourBits ? Precision.INT4_WEIGHT : Precision.INT8;
  }

  /** The denoiser's call of the default size and batch, with both halves of guidance, if any. */
  private static Optional<SortedMap<String, Long>> shape(Bundle bundle) {
    Optional<ComponentManifest> denoiser = bundle.manifest().component(Calibration.DENOISER);
    if (denoiser.isEmpty()) {
      return Optional.empty();
    }
    boolean guided =
        denoiser.get().inputs().stream().noneMatch(it -> it.name().equals("timestep_cond"));
    long images = bundle.manifest().batches().stream().findFirst().orElse(1);
    long rows = (guided ? 2 : 1) * images;
    try (ComponentEngines engines = new ComponentEngines(bundle, EngineOptions.defaults())) {
      return Optional.of(
          new ComponentBench(engines, Calibration.DENOISER, Optional.empty(), Optional.of(rows))
              .bindings());
    }
  }

  private SpeedRatio speed(Bundle candidate, SortedMap<String, Long> shape) {
    Path folder = reference.bundle().folder();
    SpeedRatio ratio =
        SpeedComparison.measure(
                candidate,
                reference.bundle(),
                Calibration.DENOISER,
                shape,
                EngineOptions.defaults())
            .against(folder.getFileName() + reference.computeType().map(" in "::concat).orElse(""));
    if (ratio.isSlowerThan(1)) {
      String found =
          "The denoiser is slower than the one it is compared with: " + ratio.text() + ".";
      if (!wanted.allowSlower()) {
        throw new DoptException(
            ErrorCode.SPEED,
            found
                + " No bundle was written. Try a higher --optimization-level or another precision,"
                + " or accept it with --allow-slower.");
      }
      console.warning(found);
    }
    return ratio;
  }

  /** What was found. */
  ReviewReport report() {
    return new ReviewReport(
        Optional.empty(), Optional.empty(), speed, comparison.map(ReviewReport.GateSummary::of));
  }
}
