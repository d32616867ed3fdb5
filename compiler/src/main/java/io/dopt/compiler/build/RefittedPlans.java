package io.dopt.compiler.build;

import io.dopt.runtime.build.BuildHost;
import io.dopt.runtime.build.BuildOptions;
import io.dopt.runtime.build.BuildPackage;
import io.dopt.runtime.build.PlanBuilder;
import io.dopt.runtime.build.PlanHost;
import io.dopt.runtime.build.PlanRefitter;
import io.dopt.runtime.build.PlanRequest;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.WriteFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The plans of a bundle with the weights of a package, in place of a build: what {@link
 * BundleBuild} does with them is the same. Plans without weights stay as they are, for theirs lie
 * beside them; that needs no GPU.
 */
public final class RefittedPlans implements PlanBuilder {
  private final Bundle bundle;
  private final PlanHost host;
  private final PlanOrigins origins;
  private final String runtime;
  private final Optional<PlanRefitter> refitter;

  private RefittedPlans(
      Bundle bundle,
      PlanHost host,
      PlanOrigins origins,
      String runtime,
      Optional<PlanRefitter> refitter) {
    this.bundle = bundle;
    this.host = host;
    this.origins = origins;
    this.runtime = runtime;
    this.refitter = refitter;
  }

  /**
   * Reads all of the bundle and sees that it is what was built, and that the weights fit.
   *
   * @param weights the package whose weights they are to get
   * @param runtime of its plans
   * @param refitter for plans that have their weights, when there is one
   * @throws DoptException (BAD_INPUT) when it is no bundle of plans, or was changed, or the package
   *     is of another graph, precision or shapes; (UNSUPPORTED) when its plans take no other
   *     weights; (ENGINE) when its plans have their weights and there is no refitter
   */
  public static RefittedPlans of(
      Bundle bundle, BuildPackage weights, String runtime, Optional<PlanRefitter> refitter) {
    if (!bundle.manifest().files().containsKey(PlanHost.FILE)) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          bundle.folder()
              + " has no plans to give other weights: it is not what 'dopt build' wrote.");
    }
    PlanHost host = PlanHost.read(bundle.file(PlanHost.FILE));
    PlanOrigins origins = PlanOrigins.read(bundle);
    origins.requireFit(bundle.folder(), weights);
    if (!host.stripped() && refitter.isEmpty()) {
      throw new DoptException(
          ErrorCode.ENGINE,
          String.format(
              "The plans of %s hold their weights, and this dopt was built without GPU support"
                  + " (./mvnw -Pgpu -DskipTests package; docs/gpu.md). Plans built with --strip-plan can be given"
                  + " other weights by any dopt.",
              bundle.folder()));
    }
    bundle.verify();
    return new RefittedPlans(bundle, host, origins, runtime, refitter);
  }

  /** How the bundle's plans were built. */
  public BuildOptions options() {
    return origins.options();
  }

  /** A plan that holds its weights is written without what a further refit needs. */
  @Override
  public boolean refittable(BuildOptions options) {
    return host.stripped();
  }

  @Override
  public String runtime() {
    return runtime;
  }

  /** Where the plans were built: they are still for that. */
  @Override
  public BuildHost host() {
    return new BuildHost(
        host.device(), host.computeCapability(), 0, host.driver(), host.library(), List.of());
  }

  @Override
  public void build(PlanRequest request, Consumer<String> progress) {
    PlanName name = PlanName.of(request.title() + ".onnx", host(), request.options());
    Path plan = listed(name.plan(), request);
    Path inspection = listed(name.inspection(), request);
    try {
      if (host.stripped()) {
        progress.accept("keeps its plan, which has no weights");
        Files.copy(plan, request.plan());
      } else {
        progress.accept("takes the weights of " + request.model());
        refitter.orElseThrow().refit(request.title(), plan, host, request.model(), request.plan());
      }
      Files.copy(inspection, request.inspection());
      Files.writeString(request.log(), "The weights of a plan were replaced.\n");
    } catch (IOException e) {
      throw WriteFailure.of(request.plan(), 0, e);
    }
  }

  private Path listed(String file, PlanRequest request) {
    if (!bundle.manifest().files().containsKey(file)) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          String.format(
              "The package has '%s', and the bundle %s has no '%s': they are not of one model and"
                  + " the same sizes.",
              request.title(), bundle.folder(), file));
    }
    return bundle.file(file);
  }
}
