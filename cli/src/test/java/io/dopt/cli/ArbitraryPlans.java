package io.dopt.cli;

import io.dopt.runtime.build.BuildSpecification;
import io.dopt.runtime.build.HardwareCompatibility;
import io.dopt.runtime.build.PlanHost;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.BundleManifest;
import io.dopt.runtime.bundle.ComponentManifest;
import io.dopt.runtime.bundle.EngineFile;
import io.dopt.runtime.bundle.FileEntry;
import io.dopt.tensor.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What {@code dopt build} makes of a build package, but with any bytes for plans. */
final class ArbitraryPlans {
  private static final String RUNTIME = "tensorrt";

  private final Bundle source;
  private final Path folder;
  private final SortedMap<String, FileEntry> files = new TreeMap<>();

  private ArbitraryPlans(Bundle source, Path folder) {
    this.source = source;
    this.folder = folder;
  }

  static void write(Bundle source, Path folder, boolean versionCompatible) throws IOException {
    new ArbitraryPlans(source, folder).write(versionCompatible);
  }

  private void write(boolean versionCompatible) throws IOException {
    BundleManifest manifest = source.manifest();
    SortedMap<String, FileEntry> kept = new TreeMap<>(manifest.files());
    kept.remove(BuildSpecification.FILE);
    SortedMap<String, ComponentManifest> components = new TreeMap<>();
    for (var entry : manifest.components().entrySet()) {
      ComponentManifest component = entry.getValue();
      List<EngineFile> plans = new ArrayList<>();
      for (EngineFile engine : component.engines()) {
        kept.remove(engine.file());
        String plan = engine.file().replaceFirst("\\.onnx$", ".plan");
        put(plan, ("no plan, for " + plan).getBytes(StandardCharsets.UTF_8));
        plans.add(new EngineFile(RUNTIME, plan, engine.bindings()));
      }
      component.weights().ifPresent(kept::remove);
      components.put(
          entry.getKey(),
          new ComponentManifest(
              component.inputs(),
              component.outputs(),
              component.symbols(),
              plans,
              Optional.empty(),
              component.precision(),
              component.parameters(),
              component.config()));
    }
    for (String file : kept.keySet()) {
      put(file, Files.readAllBytes(source.file(file)));
    }
    PlanHost host =
        new PlanHost(
            PlanHost.FORMAT_VERSION,
            "NVIDIA H200",
            "9.0",
            "580.65.06",
            "10.6.0",
            versionCompatible,
            HardwareCompatibility.NONE,
            false);
    put(PlanHost.FILE, host.toJson());
    BundleManifest built =
        new BundleManifest(
            manifest.formatVersion(),
            manifest.doptVersion(),
            manifest.pipeline(),
            components,
            manifest.tokenizers(),
            manifest.scheduler(),
            manifest.options(),
            manifest.sizes(),
            manifest.batches(),
            files);
    Files.write(folder.resolve(Bundle.MANIFEST), built.toJson());
  }

  private void put(String path, byte[] content) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.write(file, content);
    files.put(path, new FileEntry(content.length, Sha256.of(content)));
  }
}
