package io.dopt.cli;

import io.dopt.compiler.BundleReview;
import io.dopt.compiler.build.BuildListener;
import io.dopt.compiler.build.BuildRequest;
import io.dopt.compiler.build.BuildSummary;
import io.dopt.compiler.build.BundleBuild;
import io.dopt.compiler.build.RefittedPlans;
import io.dopt.compiler.tensorrt.TensorRtTarget;
import io.dopt.runtime.build.BuildPackage;
import io.dopt.runtime.build.PlanRefitter;
import io.dopt.runtime.bundle.Bundle;
import java.nio.file.Path;
import java.util.Optional;
import java.util.ServiceLoader;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dopt refit}. */
@Command(
    name = "refit",
    header = "Give the plans of a bundle the weights of another package.",
    description = {
      "",
      "BUNDLE is what 'dopt build --refit' or '--strip-plan' wrote, PACKAGE what 'dopt compile"
          + " --target tensorrt --portable' wrote of another checkpoint of the same architecture,"
          + " with the same precision and sizes. Nothing is built again. Stripped plans need no GPU"
          + " for it, and can be given others again; others need the GPU that they were built on,"
          + " and can be given others once.",
      ""
    })
final class RefitCommand extends DoptSubcommand {
  @Parameters(index = "0", paramLabel = "BUNDLE", description = "The bundle with the plans.")
  private Path bundle;

  @Parameters(index = "1", paramLabel = "PACKAGE", description = "The package with the weights.")
  private Path source;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FOLDER",
      description = "The bundle to write.")
  private Path output;

  @Option(names = "--force", description = "Replace a bundle that exists.")
  private boolean force;

  private record Refitted(Path output, int plans, long bytes) {}

  @Override
  public Integer call() {
    BuildPackage weights = BuildPackage.open(source);
    RefittedPlans plans =
        RefittedPlans.of(Bundle.open(bundle), weights, TensorRtTarget.NAME, refitter());
    BuildSummary summary =
        new BundleBuild(plans)
            .build(
                BuildRequest.of(weights, output).withForce(force).withOptions(plans.options()),
                BuildListener.NONE,
                BundleReview.NONE);
    summary.notices().forEach(console()::warning);
    Refitted refitted = new Refitted(summary.output(), summary.plans().size(), summary.bytes());
    console()
        .result(
            refitted,
            String.format(
                "%s: %d plans with other weights, %s",
                refitted.output(), refitted.plans(), Amount.bytes(refitted.bytes())));
    return 0;
  }

  private static Optional<PlanRefitter> refitter() {
    return ServiceLoader.load(PlanRefitter.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(found -> found.runtime().equals(TensorRtTarget.NAME))
        .findFirst();
  }
}
