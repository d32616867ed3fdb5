package io.dopt.compiler.deploy;

import io.dopt.runtime.build.PlanHost;
import io.dopt.runtime.bundle.Bundle;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a bundle says of the TensorRT plans in it. */
public final class BundlePlans {
  /** The runtime of plans in a manifest. */
  public static final String RUNTIME = "tensorrt";

  private BundlePlans() {}

  /** Whether it has any. */
  public static boolean hasPlans(Bundle bundle) {
    return bundle.manifest().components().values().stream()
        .flatMap(component -> component.engines().stream())
        .anyMatch(engine -> engine.runtime().equals(RUNTIME));
  }

  /**
   * Engine options without which the bundle's plans are refused at load: version compatible plans
   * bring code along, which whoever deploys them trusts.
   *
   * @throws io.dopt.tensor.DoptException as {@link #host}
   */
  public static SortedMap<String, String> engineOptions(Bundle bundle) {
    SortedMap<String, String> options = new TreeMap<>();
    if (areVersionCompatible(bundle)) {
      options.put("tensorrt.host_code", "true");
    }
    return options;
  }

  /**
   * Whether it has plans that later TensorRT versions of the same major can load, too.
   *
   * @throws io.dopt.tensor.DoptException as {@link #host}
   */
  public static boolean areVersionCompatible(Bundle bundle) {
    return hasPlans(bundle) && host(bundle).filter(PlanHost::versionCompatible).isPresent();
  }

  /**
   * What they were built on, where the bundle says so.
   *
   * @throws io.dopt.tensor.DoptException (BAD_INPUT, UNSUPPORTED) when what it says is malformed or
   *     of a newer dopt
   */
  public static Optional<PlanHost> host(Bundle bundle) {
    return bundle.manifest().files().containsKey(PlanHost.FILE)
        ? Optional.of(PlanHost.read(bundle.file(PlanHost.FILE)))
        : Optional.empty();
  }
}
