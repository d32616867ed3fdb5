package io.dopt.cli;

import io.dopt.compiler.BundleReview;
import io.dopt.evals.Comparison;
import io.dopt.evals.EvaluationPrompts;
import io.dopt.quantizer.Precision;
import io.dopt.runtime.build.BuildPackage;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.ComponentManifest;
import io.dopt.runtime.bundle.EngineFile;
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

  private final Bundle reference;
  private final ReviewOptions wanted;
  private final Console console;
  private Optional<SpeedRatio> speed = Optional.empty();
  private Optional<Comparison> comparison = Optional.empty();

  /**
   * @throws DoptException (USAGE) for a package that the CPU cannot imitate
   */
  PlanReview(Path reference, ReviewOptions wanted, Console console) {
    this.reference = Bundle.open(reference);
    this.wanted = wanted;
    this.console = console;
    if (imitated()) {
      BuildPackage.of(this.reference)
          .imitationProblem()
          .ifPresent(
              why -> {
                throw new DoptException(ErrorCode.USAGE, "--against " + reference + ": " + why);
              });
    }
  }

  /** Whether the reference's speed says nothing. */
  boolean imitated() {
    return BuildPackage.isPackage(reference);
  }

  @Override
  public SortedMap<String, byte[]> review(Path folder) {
    Bundle candidate = Bundle.open(folder);
    if (!candidate.manifest().pipeline().equals(reference.manifest().pipeline())) {
      throw new DoptException(
          ErrorCode.USAGE,
          String.format(
              "--against %s is a %s, and what was built is a %s. Name a bundle of the same model.",
              reference.folder(),
              reference.manifest().pipeline(),
              candidate.manifest().pipeline()));
    }
    console.progress("comparing with " + reference.folder());
    if (!imitated()) {
      speed = shape(candidate).map(shape -> speed(candidate, shape));
    }
    if (wanted.gated()) {
      comparison =
          new CompileGate(
                  wanted,
                  coarsest(candidate),
                  EvaluationPrompts.of(Optional.empty(), candidate),
                  0,
                  console)
              .against(reference.folder().toString())
              .judge(folder, reference.folder(), QUICK);
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

  /** The denoiser's first engine for the default batch with both halves of guidance, if any. */
  private static Optional<SortedMap<String, Long>> shape(Bundle bundle) {
    Optional<ComponentManifest> denoiser = bundle.manifest().component(Calibration.DENOISER);
    if (denoiser.isEmpty() || bundle.manifest().batches().isEmpty()) {
      return Optional.empty();
    }
    boolean guided =
        denoiser.get().inputs().stream().noneMatch(it -> it.name().equals("timestep_cond"));
    long batch = (guided ? 2L : 1L) * bundle.manifest().batches().get(0);
    return denoiser.get().engines().stream()
        .map(EngineFile::bindings)
        .filter(bindings -> Long.valueOf(batch).equals(bindings.get("batch")))
        .findFirst();
  }

  private SpeedRatio speed(Bundle candidate, SortedMap<String, Long> shape) {
    SpeedRatio ratio =
        SpeedComparison.measure(
                candidate, reference, Calibration.DENOISER, shape, EngineOptions.defaults())
            .against(reference.folder().getFileName().toString());
    if (ratio.isSlowerThan(1)) {
      String found = "The denoiser is slower than that of --against: " + ratio.text() + ".";
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
        Optional.empty(),
        Optional.empty(),
        speed,
        comparison.map(
            it ->
                new ReviewReport.GateSummary(
                    it.verdict(),
                    it.samples().size(),
                    it.settings().steps(),
                    it.settings().seed(),
                    it.metrics())));
  }
}
