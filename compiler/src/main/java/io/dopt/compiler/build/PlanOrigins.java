package io.dopt.compiler.build;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.dopt.runtime.build.BuildOptions;
import io.dopt.runtime.build.BuildPackage;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.BundleJson;
import io.dopt.runtime.bundle.ComponentManifest;
import io.dopt.runtime.bundle.EngineFile;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How the plans of a bundle were built, and what weights fit them: {@code build/plans.json}, format
 * version {@value #FORMAT_VERSION}.
 *
 * @param formatVersion always {@value #FORMAT_VERSION}
 * @param options they were built with
 * @param refittable whether they can be given other weights as they are now
 * @param plans by the title of the plan
 */
record PlanOrigins(
    int formatVersion,
    BuildOptions options,
    boolean refittable,
    SortedMap<String, PlanStructure> plans) {
  /** The file's place in a bundle. */
  static final String FILE = "build/plans.json";

  /** The one format version this version reads and writes. */
  static final int FORMAT_VERSION = 1;

  private static final ObjectMapper MAPPER = BundleJson.strict().build();
  private static final long MAXIMUM_BYTES = 16L << 20;

  /**
   * @throws DoptException (BAD_INPUT) when a plan is null
   */
  PlanOrigins {
    if (plans.containsValue(null)) {
      throw new DoptException(ErrorCode.BAD_INPUT, "plans: one of them is null.");
    }
    plans = Collections.unmodifiableSortedMap(new TreeMap<>(plans));
  }

  /** Of the plans that are built of a package. */
  static PlanOrigins of(BuildPackage source, BuildOptions options, boolean refittable) {
    SortedMap<String, PlanStructure> plans = new TreeMap<>();
    for (ComponentManifest component : source.bundle().manifest().components().values()) {
      for (EngineFile engine : component.engines()) {
        plans.put(PlanName.title(engine.file()), PlanStructure.of(source, engine));
      }
    }
    return new PlanOrigins(FORMAT_VERSION, options, refittable, plans);
  }

  /**
   * Those of a bundle.
   *
   * @throws DoptException (BAD_INPUT) when it has none, or they are malformed; (UNSUPPORTED) when a
   *     newer dopt wrote them; (IO) when they cannot be read
   */
  static PlanOrigins read(Bundle bundle) {
    if (!bundle.manifest().files().containsKey(FILE)) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          bundle.folder()
              + " has no "
              + FILE
              + ", which says what weights fit its plans. Build it again with this dopt.");
    }
    Path file = bundle.file(FILE);
    return BundleJson.read(
        MAPPER, file, PlanOrigins.class, "a list of plans", FORMAT_VERSION, MAXIMUM_BYTES);
  }

  byte[] toJson() {
    return BundleJson.write(MAPPER, this, "list of plans");
  }

  /**
   * Sees that the weights of a package fit.
   *
   * @param bundle what these plans are of, for the message
   * @throws DoptException (UNSUPPORTED) when they cannot be given any; (BAD_INPUT) when the package
   *     is of another model, precision or shapes
   */
  void requireFit(Path bundle, BuildPackage source) {
    if (!refittable) {
      throw new DoptException(
          ErrorCode.UNSUPPORTED,
          options.refit()
              ? "The plans of "
                  + bundle
                  + " were given other weights before, and TensorRT writes such plans without what a"
                  + " further refit needs. Refit the bundle that 'dopt build' wrote."
              : "The plans of "
                  + bundle
                  + " were not built to be given other weights. Build them with 'dopt build"
                  + " --refit'.");
    }
    SortedMap<String, PlanStructure> given = of(source, options, true).plans();
    if (!given.keySet().equals(plans.keySet())) {
      throw misfit(
          bundle,
          source,
          "the bundle has " + plans.keySet() + ", the package has " + given.keySet());
    }
    plans.forEach(
        (title, plan) ->
            plan.difference(given.get(title))
                .ifPresent(
                    what -> {
                      throw misfit(bundle, source, title + ": " + what);
                    }));
  }

  private static DoptException misfit(Path bundle, BuildPackage source, String what) {
    return new DoptException(
        ErrorCode.BAD_INPUT,
        String.format(
            "The weights of %s do not fit the plans of %s: %s. Compile the other checkpoint with the"
                + " options of the first, or build its package.",
            source.bundle().folder(), bundle, what));
  }
}
