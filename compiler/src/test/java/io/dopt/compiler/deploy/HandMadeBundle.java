package io.dopt.compiler.deploy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.BundleManifest;
import io.dopt.runtime.bundle.ComponentManifest;
import io.dopt.runtime.bundle.FileEntry;
import io.dopt.tensor.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Writes bundles whose engines nobody runs: files of any content behind a true manifest. */
public final class HandMadeBundle {
  private final Path folder;
  private final SortedMap<String, FileEntry> files = new TreeMap<>();
  private final SortedMap<String, ComponentManifest> components = new TreeMap<>();

  public HandMadeBundle(Path folder) {
    this.folder = folder;
  }

  public HandMadeBundle file(String path, String content) {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    write(path, bytes);
    files.put(path, new FileEntry(bytes.length, Sha256.of(bytes)));
    return this;
  }

  public HandMadeBundle component(String name, ComponentManifest component) {
    components.put(name, component);
    return this;
  }

  public Bundle open() {
    BundleManifest manifest =
        new BundleManifest(
            BundleManifest.FORMAT_VERSION,
            "0.1.0",
            "StableDiffusionPipeline",
            components,
            new TreeMap<>(Map.of()),
            Optional.empty(),
            JsonNodeFactory.instance.objectNode(),
            List.of(),
            List.of(),
            files);
    write(Bundle.MANIFEST, manifest.toJson());
    return Bundle.open(folder);
  }

  private void write(String path, byte[] content) {
    try {
      Path file = folder.resolve(path);
      Files.createDirectories(file.getParent());
      Files.write(file, content);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
