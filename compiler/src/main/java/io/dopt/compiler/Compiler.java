package io.dopt.compiler;

import io.dopt.compiler.cache.CacheOptions;
import io.dopt.compiler.lock.FileHashes;
import io.dopt.compiler.lock.LockFile;
import io.dopt.compiler.lock.SourceHashes;
import io.dopt.compiler.onnx.OutputFile;
import io.dopt.compiler.target.CompiledComponent;
import io.dopt.compiler.target.Target;
import io.dopt.compiler.target.TargetPlan;
import io.dopt.ir.GraphVerifier;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.BundleManifest;
import io.dopt.runtime.bundle.FileEntry;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.OutputFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Compiles pipeline models to bundles. A compile holds at most a few chunks of weights on the heap,
 * however large the checkpoint is.
 */
public final class Compiler {
  private final Targets targets;

  /** A compiler for the given targets. */
  public Compiler(Targets targets) {
    this.targets = targets;
  }

  /**
   * As {@link #compile(PipelineModel, CompileOptions, CompileListener, BundleReview)}, unreviewed.
   */
  public CompileSummary compile(
      PipelineModel model, CompileOptions options, CompileListener listener) {
    return compile(model, options, listener, BundleReview.NONE);
  }

  /**
   * Refuses at once what {@link #compile} would only refuse when everything before it is done.
   * Writes nothing.
   *
   * @throws DoptException (USAGE) for an unknown target or an impossible size or batch; (IO) when
   *     the output exists and may not be replaced, or the expected lock cannot be read; (BAD_INPUT)
   *     when that is no lock
   */
  public void requirePossible(PipelineModel model, CompileOptions options) {
    Target target = targets.get(options.target());
    options.expectedLock().ifPresent(LockFile::read);
    target.prepare(new TargetPlan(model, BucketPlan.of(model, options).shapes()));
    OutputFolder.requireReplaceable(options.output(), options.force(), Bundle.MANIFEST);
  }

  /**
   * Writes the bundle of {@code model}.
   *
   * @param listener hears of progress
   * @param review sees the bundle last, after the check
   * @return what was done
   * @throws DoptException (USAGE) for an unknown target or an impossible size or batch; (IO) when
   *     the output exists and may not be replaced, the disk is full, or reading or writing fails;
   *     (QUALITY) when the check finds a weight that is not finite or a degenerate output;
   *     (BAD_INPUT) when the expected lock does not hold; whatever the review throws. Nothing is
   *     left behind then.
   */
  public CompileSummary compile(
      PipelineModel model, CompileOptions options, CompileListener listener, BundleReview review) {
    List<String> notices = new ArrayList<>();
    StageClock clock = new StageClock(listener);
    Target target = targets.get(options.target());
    Optional<LockFile> expected = options.expectedLock().map(LockFile::read);
    BucketPlan plan = BucketPlan.of(model, options);
    TargetPlan prepared = target.prepare(new TargetPlan(model, plan.shapes()));
    GraphVerifier verifier = new GraphVerifier();
    prepared.model().components().values().forEach(component -> verifier.verify(component.graph()));
    FileHashes files =
        new FileHashes(options.cache().map(CacheOptions::folder).map(f -> f.resolve("hashes")));
    try (OutputFolder output =
            OutputFolder.create(options.output(), options.force(), Bundle.MANIFEST);
        SourceHashes sources = new SourceHashes(prepared.model(), files)) {
      clock.finish("plan");
      ComponentCompiler components =
          new ComponentCompiler(target, prepared, sources, options, output, listener, notices);
      SortedMap<String, CompiledComponent> compiled = new TreeMap<>();
      List<CompileSummary.ComponentSummary> summaries = new ArrayList<>();
      prepared
          .model()
          .components()
          .forEach(
              (name, component) -> {
                CompileSummary.ComponentSummary summary =
                    components.compile(name, component, compiled);
                listener.componentFinished(summary);
                summaries.add(summary);
              });
      clock.finish("components");
      boolean reviewed = review != BundleReview.NONE;
      BundleManifest manifest =
          new ManifestWriter(prepared.model(), plan, output).manifest(compiled);
      manifest =
          manifest.withFiles(write(output, target.documents(prepared, manifest.components())));
      BundleSeal seal =
          new BundleSeal(prepared.model(), options, target, plan, sources, output, expected);
      seal.write(manifest, !reviewed);
      clock.finish("manifest");
      Path folder = output.resolve(Bundle.MANIFEST).getParent();
      if (options.check()) {
        notices.addAll(BundleCheck.check(folder));
        clock.finish("check");
      }
      if (reviewed) {
        manifest = manifest.withFiles(write(output, review.review(folder)));
        seal.write(manifest, true);
        clock.finish("review");
      }
      output.commit();
      clock.finish("commit");
      long bytes = manifest.files().values().stream().mapToLong(FileEntry::bytes).sum();
      return new CompileSummary(output.target(), summaries, clock.stages(), bytes, notices);
    }
  }

  private static SortedMap<String, FileEntry> write(
      OutputFolder output, SortedMap<String, byte[]> files) {
    SortedMap<String, FileEntry> entries = new TreeMap<>();
    files.forEach(
        (file, content) -> entries.put(file, OutputFile.write(output.resolve(file), content)));
    return entries;
  }
}
