package io.dopt.compiler.build;

import io.dopt.compiler.BundleReview;
import io.dopt.compiler.onnx.OutputFile;
import io.dopt.runtime.build.BuildHost;
import io.dopt.runtime.build.PlanBuilder;
import io.dopt.runtime.build.PlanHost;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.BundleManifest;
import io.dopt.runtime.bundle.EngineFile;
import io.dopt.runtime.bundle.FileEntry;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.OutputFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Builds the bundle of a package. It appears whole or not at all. Nothing of TensorRT is known
 * here: that is the {@link PlanBuilder}'s.
 */
public final class BundleBuild {
  private final PlanBuilder builder;

  /** Builds with the given builder. */
  public BundleBuild(PlanBuilder builder) {
    this.builder = builder;
  }

  /**
   * Builds.
   *
   * @param listener hears of progress
   * @param review sees the bundle last, and may refuse it or add to it
   * @throws DoptException (ENGINE) when the machine lacks what the package needs, before anything
   *     is built, or when a build fails; (QUALITY) when nothing that was to be quantized is; (IO)
   *     when the output exists and may not be replaced; (BAD_INPUT) when the package was changed;
   *     what the builder and the review throw. Nothing is left behind then but the cache and the
   *     log
   */
  public BuildSummary build(BuildRequest request, BuildListener listener, BundleReview review) {
    requireElsewhere(request);
    OutputFolder.requireReplaceable(request.output(), request.force(), Bundle.MANIFEST);
    BuildHost host = builder.host();
    requireFit(request, host);
    request.source().bundle().verify();
    List<String> notices = new ArrayList<>();
    try (OutputFolder output =
            OutputFolder.create(request.output(), request.force(), Bundle.MANIFEST);
        OutputFolder work = OutputFolder.temporary(request.output())) {
      Path scratch = work.resolve("plans").getParent();
      BuildPlaces places = BuildPlaces.of(request, host, scratch);
      PlanBuild plans = new PlanBuild(builder, host, request, places, notices);
      boolean refittable = builder.refittable(request.options());
      BundleAssembly assembly =
          new BundleAssembly(request, host, builder.runtime(), refittable, output);
      assembly.copy();
      List<BuiltPlan> built = new ArrayList<>();
      request
          .source()
          .bundle()
          .manifest()
          .components()
          .forEach(
              (name, component) -> {
                for (EngineFile engine : component.engines()) {
                  PlanFiles files = new PlanFiles(folder(scratch, built.size()));
                  built.add(one(name, engine, files, plans, assembly, listener));
                }
              });
      assembly.write(PlanHost.FILE, PlanHost.of(host, request.options()).toJson());
      assembly.write(
          PlanOrigins.FILE,
          PlanOrigins.of(request.source(), request.options(), refittable).toJson());
      notices.addAll(assembly.writePrecision());
      BundleManifest manifest = assembly.seal();
      if (review != BundleReview.NONE) {
        SortedMap<String, FileEntry> more = new TreeMap<>();
        for (Map.Entry<String, byte[]> file :
            review.review(output.resolve(Bundle.MANIFEST).getParent()).entrySet()) {
          more.put(file.getKey(), OutputFile.write(output.resolve(file.getKey()), file.getValue()));
        }
        manifest = assembly.seal(manifest.withFiles(more));
      }
      output.commit();
      long bytes = manifest.files().values().stream().mapToLong(FileEntry::bytes).sum();
      return new BuildSummary(output.target(), host, built, bytes, notices);
    }
  }

  private BuiltPlan one(
      String component,
      EngineFile engine,
      PlanFiles files,
      PlanBuild plans,
      BundleAssembly assembly,
      BuildListener listener) {
    String title = PlanName.title(engine.file());
    long started = System.nanoTime();
    listener.planStarted(title);
    boolean cached =
        plans.provide(component, engine, files, line -> listener.planProgress(title, line));
    BuiltPlan plan = assembly.add(component, engine, files, cached, System.nanoTime() - started);
    listener.planFinished(plan);
    return plan;
  }

  private static Path folder(Path scratch, int number) {
    try {
      return Files.createDirectory(scratch.resolve(Integer.toString(number)));
    } catch (IOException e) {
      throw new DoptException(
          ErrorCode.IO, scratch + " cannot be written: " + e.getMessage() + ".", e);
    }
  }

  private void requireFit(BuildRequest request, BuildHost host) {
    List<String> missing = request.source().specification().requires().missing(host);
    if (!missing.isEmpty()) {
      throw new DoptException(
          ErrorCode.ENGINE,
          String.format(
              "%s cannot be built here. %s Build it on another machine, or compile for this one with"
                  + " another --precision.",
              request.source().bundle().folder(), String.join(" ", missing)));
    }
  }

  /** With --force the package would go before its plans are built. */
  private static void requireElsewhere(BuildRequest request) {
    Path source = request.source().bundle().folder();
    Path output = request.output().toAbsolutePath().normalize();
    try {
      if (Files.exists(output)) {
        output = output.toRealPath();
      }
    } catch (IOException e) {
      throw new DoptException(ErrorCode.IO, output + " cannot be read: " + e.getMessage(), e);
    }
    if (output.startsWith(source) || source.startsWith(output)) {
      throw new DoptException(
          ErrorCode.USAGE,
          "The bundle would replace the package, or lie in it: name another --output.");
    }
  }
}
