package io.dopt.cli;

import io.dopt.compiler.BundleReview;
import io.dopt.compiler.build.BuildRequest;
import io.dopt.compiler.build.BuildSummary;
import io.dopt.compiler.build.BundleBuild;
import io.dopt.runtime.build.BuildPackage;
import io.dopt.runtime.build.PlanBuilder;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The second half of a compile that ends in plans: builds the package, and where it is quantized
 * the package of the same model that is not, and holds the plans of the one against the other's.
 *
 * @param settings limits and caches of a build
 */
record PlanStage(
    PlanBuilder builder, UnaryOperator<BuildRequest> settings, boolean explain, Console console) {

  /**
   * What a quantized package is held against.
   *
   * @param source the package of the model before it was quantized
   * @param output where its plans are for the time being
   */
  record Unquantized(Path source, Path output, ReviewOptions wanted) {}

  /**
   * Builds.
   *
   * @throws io.dopt.tensor.DoptException (SPEED, QUALITY, INCONCLUSIVE) when the plans are slower,
   *     or further off, than allowed; as {@link BundleBuild}
   */
  BuildReport build(BuildPackage source, Path output, boolean force, Optional<Unquantized> held) {
    Optional<PlanReview> review = held.map(this::review);
    BuildSummary summary =
        build(
            BuildRequest.of(source, output).withForce(force),
            review.map(BundleReview.class::cast).orElse(BundleReview.NONE));
    return BuildReport.of(summary, explain, review.map(PlanReview::report));
  }

  private PlanReview review(Unquantized held) {
    console.progress("building the plans that are not quantized, to compare with");
    build(BuildRequest.of(BuildPackage.open(held.source()), held.output()), BundleReview.NONE);
    return new PlanReview(held.output(), held.wanted(), console);
  }

  private BuildSummary build(BuildRequest request, BundleReview review) {
    BuildSummary summary =
        new BundleBuild(builder).build(settings.apply(request), new BuildProgress(console), review);
    summary.notices().forEach(console::warning);
    return summary;
  }
}
