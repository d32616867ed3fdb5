package io.dopt.runtime.build;

import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.EngineFile;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A bundle whose engines are ONNX files that TensorRT has still to build, with what to build. The
 * two were held against each other.
 */
public final class BuildPackage {
  /** The runtime of its engines in the manifest. */
  public static final String RUNTIME = "tensorrt-onnx";

  private final Bundle bundle;
  private final BuildSpecification specification;

  private BuildPackage(Bundle bundle, BuildSpecification specification) {
    this.bundle = bundle;
    this.specification = specification;
  }

  /**
   * Opens a package without reading its weights.
   *
   * @throws DoptException as {@link Bundle#open}; (BAD_INPUT) when the bundle is none that is to be
   *     built, or its {@code build.json} was changed, is malformed or does not fit the manifest;
   *     (UNSUPPORTED) when a newer dopt wrote it
   */
  public static BuildPackage open(Path folder) {
    return of(Bundle.open(folder));
  }

  /** Whether the bundle has engines that have still to be built. */
  public static boolean isPackage(Bundle bundle) {
    return bundle.manifest().files().containsKey(BuildSpecification.FILE)
        || bundle.manifest().components().values().stream()
            .flatMap(component -> component.engines().stream())
            .anyMatch(engine -> engine.runtime().equals(RUNTIME));
  }

  /**
   * The package in a bundle.
   *
   * @throws DoptException as {@link #open}
   */
  public static BuildPackage of(Bundle bundle) {
    if (!isPackage(bundle)) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          bundle.folder()
              + " is no build package: there is nothing to build in it. Make one with 'dopt compile"
              + " --target tensorrt --portable'.");
    }
    if (!bundle.manifest().files().containsKey(BuildSpecification.FILE)) {
      throw bad(bundle, "its manifest lists no " + BuildSpecification.FILE);
    }
    bundle.verify(BuildSpecification.FILE);
    BuildPackage opened =
        new BuildPackage(bundle, BuildSpecification.read(bundle.file(BuildSpecification.FILE)));
    opened.check();
    return opened;
  }

  /** The bundle, whose engines are ONNX files. */
  public Bundle bundle() {
    return bundle;
  }

  /** What is to be built. */
  public BuildSpecification specification() {
    return specification;
  }

  /** The shapes that an engine of the manifest is built for. */
  public OptimizationProfile profile(EngineFile engine) {
    return specification.profiles().get(engine.file());
  }

  /** Why ONNX Runtime cannot stand in for TensorRT on the CPU, as a sentence; empty when it can. */
  public Optional<String> imitationProblem() {
    return specification.computeType().equals("bf16")
        ? Optional.of(
            "ONNX Runtime has no kernels for bf16 on the CPU, so that this build package cannot be"
                + " imitated here; 'dopt build' makes plans of it where there is a GPU.")
        : Optional.empty();
  }

  private void check() {
    Set<String> unclaimed = new TreeSet<>(specification.profiles().keySet());
    bundle
        .manifest()
        .components()
        .forEach(
            (name, component) -> {
              for (EngineFile engine : component.engines()) {
                if (!engine.runtime().equals(RUNTIME)) {
                  throw bad(bundle, engine.file() + " is for " + engine.runtime());
                }
                if (!unclaimed.remove(engine.file())) {
                  throw bad(
                      bundle, BuildSpecification.FILE + " lacks a profile of " + engine.file());
                }
                ProfileCheck.problem(component, engine, profile(engine))
                    .ifPresent(
                        what -> {
                          throw bad(
                              bundle, "the profile of " + engine.file() + " does not fit: " + what);
                        });
              }
            });
    if (!unclaimed.isEmpty()) {
      throw bad(
          bundle,
          BuildSpecification.FILE
              + " has a profile of "
              + unclaimed.iterator().next()
              + ", which is no engine of the manifest");
    }
  }

  private static DoptException bad(Bundle bundle, String what) {
    return new DoptException(
        ErrorCode.BAD_INPUT,
        bundle.folder() + " is damaged as a build package: " + what + ". Compile again.");
  }
}
