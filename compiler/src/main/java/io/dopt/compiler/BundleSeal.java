package io.dopt.compiler;

import io.dopt.compiler.lock.LockFile;
import io.dopt.compiler.lock.SourceHashes;
import io.dopt.compiler.target.Target;
import io.dopt.ir.pipeline.Component;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.BundleManifest;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.OutputFolder;
import io.dopt.tensor.Sha256;
import io.dopt.tensor.WriteFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Writes the two files that say what is in a bundle, manifest and lock. */
final class BundleSeal {
  private final PipelineModel model;
  private final CompileOptions options;
  private final Target target;
  private final BucketPlan plan;
  private final SourceHashes sources;
  private final OutputFolder output;
  private final Optional<LockFile> expected;

  BundleSeal(
      PipelineModel model,
      CompileOptions options,
      Target target,
      BucketPlan plan,
      SourceHashes sources,
      OutputFolder output,
      Optional<LockFile> expected) {
    this.model = model;
    this.options = options;
    this.target = target;
    this.plan = plan;
    this.sources = sources;
    this.output = output;
    this.expected = expected;
  }

  /**
   * Writes both.
   *
   * @param complete whether no file will be added; until then the expected lock may list more
   * @throws DoptException (BAD_INPUT) when the expected lock does not hold
   */
  void write(BundleManifest manifest, boolean complete) {
    byte[] manifestJson = manifest.toJson();
    write(Bundle.MANIFEST, manifestJson);
    LockFile lock = lock(manifest, manifestJson);
    if (expected.isPresent() && complete) {
      requireEqual(expected.get(), lock);
    } else if (expected.isPresent()) {
      Set<String> soFar = manifest.files().keySet();
      requireEqual(expected.get().withOutputs(soFar), lock.withOutputs(soFar));
    }
    write(Bundle.LOCK, lock.toJson());
  }

  private LockFile lock(BundleManifest manifest, byte[] manifestJson) {
    SortedMap<String, String> recipe = new TreeMap<>(options.recipe());
    recipe.putAll(target.recipe());
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

  private void requireEqual(LockFile wanted, LockFile actual) {
    List<String> differences = wanted.differences(actual);
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

  private void write(String name, byte[] content) {
    try {
      Files.write(output.resolve(name), content);
    } catch (IOException e) {
      throw WriteFailure.of(output.target().resolve(name), content.length, e);
    }
  }
}
