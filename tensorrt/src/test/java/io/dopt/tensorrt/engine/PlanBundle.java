package io.dopt.tensorrt.engine;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.dopt.runtime.build.HardwareCompatibility;
import io.dopt.runtime.build.PlanHost;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.BundleManifest;
import io.dopt.runtime.bundle.ComponentManifest;
import io.dopt.runtime.bundle.EngineFile;
import io.dopt.runtime.bundle.FileEntry;
import io.dopt.runtime.bundle.TensorSignature;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.Sha256;
import io.dopt.tensor.SymbolRange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Bundles with one component whose plan is something that no TensorRT may see. */
final class PlanBundle {
  static final String COMPONENT = "unet";
  static final String PLAN = "unet/batch1.plan";
  static final PlanHost HOST =
      new PlanHost(
          PlanHost.FORMAT_VERSION,
          "NVIDIA H200",
          "9.0",
          "580.65.06",
          "10.6.0",
          false,
          HardwareCompatibility.NONE,
          false);
  private static final byte[] NO_PLAN = "not a plan at all".getBytes(StandardCharsets.UTF_8);

  private PlanBundle() {}

  /** Writes one; without the host's description when that is empty. */
  static Bundle write(Path folder, Optional<PlanHost> host) throws IOException {
    SortedMap<String, FileEntry> files = new TreeMap<>();
    put(folder, PLAN, NO_PLAN, files);
    if (host.isPresent()) {
      put(folder, PlanHost.FILE, host.get().toJson(), files);
    }
    SortedMap<String, SymbolRange> symbols =
        new TreeMap<>(Map.of("batch", new SymbolRange(1, 1, 1)));
    ComponentManifest component =
        new ComponentManifest(
            List.of(TensorSignature.of("sample", ElementType.FLOAT32, "batch", "4")),
            List.of(TensorSignature.of("sample", ElementType.FLOAT32, "batch", "4")),
            symbols,
            List.of(
                new EngineFile(
                    TensorRtEngineProvider.RUNTIME, PLAN, new TreeMap<>(Map.of("batch", 1L)))),
            Optional.empty(),
            "f16",
            16,
            JsonNodeFactory.instance.objectNode());
    BundleManifest manifest =
        new BundleManifest(
            BundleManifest.FORMAT_VERSION,
            "0.1.0",
            "StableDiffusionPipeline",
            new TreeMap<>(Map.of(COMPONENT, component)),
            new TreeMap<>(),
            Optional.empty(),
            JsonNodeFactory.instance.objectNode(),
            List.of(),
            List.of(1),
            files);
    Files.write(folder.resolve(Bundle.MANIFEST), manifest.toJson());
    return Bundle.open(folder);
  }

  private static void put(
      Path folder, String path, byte[] content, SortedMap<String, FileEntry> files)
      throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.write(file, content);
    files.put(path, new FileEntry(content.length, Sha256.of(content)));
  }
}
