package io.dopt.compiler;

import io.dopt.compiler.cache.CacheOptions;
import io.dopt.compiler.lock.FileHashes;
import io.dopt.compiler.lock.LockFile;
import io.dopt.compiler.lock.SourceHashes;
import io.dopt.compiler.target.CompiledComponent;
import io.dopt.compiler.target.Target;
import io.dopt.ir.GraphVerifier;
import io.dopt.ir.pipeline.Component;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.BundleManifest;
import io.dopt.runtime.bundle.FileEntry;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.OutputFolder;
import io.dopt.tensor.Sha256;
import io.dopt.tensor.WriteFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

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
   * Writes the bundle of {@code model}.
   *
   * @param listener hears of progress
   * @return what was done
   * @throws DoptException (USAGE) for an unknown target or an impossible size or batch; (IO) when
   *     the output exists and may not be replaced, the disk is full, or reading or writing fails;
   *     (QUALITY) when the check finds a weight that is not finite or a degenerate output;
   *     (BAD_INPUT) when the expected lock does not hold. Nothing is left behind then.
   */
  public CompileSummary compile(
      PipelineModel model, CompileOptions options, CompileListener listener) {
    List<String> notices = new ArrayList<>();
    StageClock clock = new StageClock(listener);
    Target target = targets.get(options.target());
    Optional<LockFile> expected = options.expectedLock().map(LockFile::read);
    BucketPlan plan = BucketPlan.of(model, options);
    GraphVerifier verifier = new GraphVerifier();
    model.components().values().forEach(component -> verifier.verify(component.graph()));
    FileHashes files =
        new FileHashes(options.cache().map(CacheOptions::folder).map(f -> f.resolve("hashes")));
    try (OutputFolder output =
            OutputFolder.create(options.output(), options.force(), Bundle.MANIFEST);
        SourceHashes sources = new SourceHashes(model, files)) {
      clock.finish("plan");
      ComponentCompiler components =
          new ComponentCompiler(target, plan, sources, options, output, listener, notices);
      SortedMap<String, CompiledComponent> compiled = new TreeMap<>();
      List<CompileSummary.ComponentSummary> summaries = new ArrayList<>();
      model
          .components()
          .forEach(
              (name, component) -> {
                CompileSummary.ComponentSummary summary =
                    components.compile(name, component, compiled);
                listener.componentFinished(summary);
                summaries.add(summary);
              });
      clock.finish("components");
      BundleManifest manifest = new ManifestWriter(model, plan, output).manifest(compiled);
      byte[] manifestJson = manifest.toJson();
      write(output, Bundle.MANIFEST, manifestJson);
      LockFile lock = lock(model, options, target, plan, sources, manifest, manifestJson);
      expected.ifPresent(wanted -> requireEqual(options, wanted, lock));
      write(output, Bundle.LOCK, lock.toJson());
      clock.finish("manifest");
      if (options.check()) {
        notices.addAll(BundleCheck.check(output.resolve(Bundle.MANIFEST).getParent()));
        clock.finish("check");
      }
      output.commit();
      clock.finish("commit");
      long bytes = manifest.files().values().stream().mapToLong(FileEntry::bytes).sum();
      return new CompileSummary(output.target(), summaries, clock.stages(), bytes, notices);
    }
  }

  private static LockFile lock(
      PipelineModel model,
      CompileOptions options,
      Target target,
      BucketPlan plan,
      SourceHashes sources,
      BundleManifest manifest,
      byte[] manifestJson) {
    SortedMap<String, String> recipe = new TreeMap<>(options.recipe());
    recipe.put("target", target.name());
    recipe.put("sizes", joined(plan.sizes()));
    recipe.put("batches", joined(plan.batches()));
    recipe.put("dynamicOnly", Boolean.toString(options.dynamicOnly()));
    SortedMap<String, String> graphs = new TreeMap<>();
    for (Map.Entry<String, Component> component : model.components().entrySet()) {
      graphs.put(component.getKey(), sources.contentHash(component.getValue()));
    }
    SortedMap<String, String> outputs = new TreeMap<>();
    manifest.files().forEach((file, entry) -> outputs.put(file, entry.sha256()));
    outputs.put(Bundle.MANIFEST, Sha256.of(manifestJson));
    return new LockFile(
        LockFile.VERSION,
        new TreeMap<>(Map.of("dopt", DoptVersion.read(), target.name(), target.version())),
        recipe,
        sources.all(),
        graphs,
        outputs);
  }

  private static String joined(List<?> values) {
    return values.stream().map(Object::toString).collect(Collectors.joining(","));
  }

  private static void requireEqual(CompileOptions options, LockFile expected, LockFile actual) {
    List<String> differences = expected.differences(actual);
    if (!differences.isEmpty()) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          "The result is not what "
              + options.expectedLock().orElseThrow()
              + " locks: "
              + String.join("; ", differences)
              + (differences.stream().allMatch(each -> each.startsWith("outputs."))
                  ? ". All inputs are equal: another build of dopt made it, or components from the"
                      + " cache (try --no-cache)"
                  : "")
              + ". Restore the inputs, or compile without the lock to make a new one.");
    }
  }

  private static void write(OutputFolder output, String name, byte[] content) {
    Path file = output.resolve(name);
    try {
      Files.write(file, content);
    } catch (IOException e) {
      throw WriteFailure.of(output.target().resolve(name), content.length, e);
    }
  }
}
