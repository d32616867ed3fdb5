package io.dopt.cli;

import io.dopt.runtime.build.BuildPackage;
import io.dopt.runtime.build.PlanHost;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.EngineFile;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The bundle that plans are held against, and whether it can say anything of their speed. */
final class PlanReference {
  private static final Set<String> HALF_PRECISIONS = Set.of("f16", "bf16");

  private final Bundle bundle;

  /**
   * @throws DoptException (USAGE) for a package that the CPU cannot imitate
   */
  PlanReference(Path folder) {
    bundle = Bundle.open(folder);
    if (imitated()) {
      BuildPackage.of(bundle)
          .imitationProblem()
          .ifPresent(
              why -> {
                throw refused(folder + ": " + why);
              });
    }
  }

  Bundle bundle() {
    return bundle;
  }

  /** Whether its speed says nothing. */
  boolean imitated() {
    return BuildPackage.isPackage(bundle);
  }

  /** What its denoiser computes in; empty without a denoiser. */
  Optional<String> computeType() {
    return bundle.manifest().component(Calibration.DENOISER).map(denoiser -> denoiser.precision());
  }

  /** What is said of a reference whose speed is no usual one; empty of half precision. */
  Optional<String> remark() {
    return computeType()
        .filter(type -> !HALF_PRECISIONS.contains(type))
        .map(
            type ->
                "The denoiser of "
                    + bundle.folder()
                    + " computes in "
                    + type
                    + ": what is faster than that need not be faster than f16.");
  }

  /**
   * Refuses what is of another model, or plans that run otherwise than the candidate's.
   *
   * @throws DoptException (USAGE) saying what differs
   */
  void requireComparable(Bundle candidate) {
    if (!candidate.manifest().pipeline().equals(bundle.manifest().pipeline())) {
      throw refused(
          String.format(
              "%s is a %s, and what was built is a %s. Name a bundle of the same model.",
              bundle.folder(), bundle.manifest().pipeline(), candidate.manifest().pipeline()));
    }
    if (imitated()) {
      return;
    }
    String advice =
        " Its speed says nothing of plans. Name a bundle that 'dopt build' made on this machine of"
            + " the f16 package, or that package itself, for quality alone.";
    if (host(bundle).isEmpty() || !runtimes(bundle).equals(runtimes(candidate))) {
      throw refused(
          String.format("%s holds no plans, but engines of %s.", bundle.folder(), runtimes(bundle))
              + advice);
    }
    String built = machine(host(bundle).get());
    String here = host(candidate).map(PlanReference::machine).orElse("an unknown machine");
    if (!built.equals(here)) {
      throw refused(
          String.format("%s was built on %s, this one on %s.", bundle.folder(), built, here)
              + advice);
    }
  }

  private static Optional<PlanHost> host(Bundle of) {
    return of.manifest().files().containsKey(PlanHost.FILE)
        ? Optional.of(PlanHost.read(of.file(PlanHost.FILE)))
        : Optional.empty();
  }

  private static String machine(PlanHost host) {
    return String.format(
        "%s (compute capability %s, driver %s, TensorRT %s)",
        host.device(), host.computeCapability(), host.driver(), host.library());
  }

  private static String runtimes(Bundle of) {
    return of.manifest().components().values().stream()
        .flatMap(component -> component.engines().stream())
        .map(EngineFile::runtime)
        .collect(Collectors.toCollection(TreeSet::new))
        .stream()
        .collect(Collectors.joining(", "));
  }

  private static DoptException refused(String why) {
    return new DoptException(ErrorCode.USAGE, "--against " + why);
  }
}
