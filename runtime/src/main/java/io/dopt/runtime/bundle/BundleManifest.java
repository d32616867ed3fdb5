package io.dopt.runtime.bundle;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a bundle holds and how to call it: {@code manifest.json}, format version {@value
 * #FORMAT_VERSION}, as {@code docs/architecture.md} specifies it.
 *
 * <p>Maps are kept sorted by key, so that equal manifests are equal bytes.
 *
 * @param formatVersion always {@value #FORMAT_VERSION}
 * @param doptVersion the version of dopt that wrote the bundle
 * @param pipeline diffusers' pipeline class, e.g. {@code StableDiffusionPipeline}, or transformers'
 *     {@code CLIPModel}
 * @param components by diffusers' component name: {@code text_encoder}, {@code unet}, ...
 * @param tokenizers by diffusers' component name: {@code tokenizer}, {@code tokenizer_2}
 * @param scheduler {@code scheduler_config.json}, verbatim; absent for what does not sample
 * @param options what {@code model_index.json} says beside components
 * @param sizes image sizes in pixels the bundle was compiled for, with static engines unless it has
 *     dynamic ones only; the first is the default
 * @param batches batch sizes the bundle was compiled for, in the same way
 * @param files every file of the bundle except {@code manifest.json} and {@code dopt.lock}, by path
 *     relative to the bundle with {@code /} between names
 */
public record BundleManifest(
    int formatVersion,
    String doptVersion,
    String pipeline,
    SortedMap<String, ComponentManifest> components,
    SortedMap<String, TokenizerManifest> tokenizers,
    Optional<ObjectNode> scheduler,
    ObjectNode options,
    List<ImageSize> sizes,
    List<Integer> batches,
    SortedMap<String, FileEntry> files) {

  /** The one format version this runtime reads and writes. */
  public static final int FORMAT_VERSION = 1;

  /**
   * @throws DoptException (BAD_INPUT) when an engine, weights or tokenizer file is not listed in
   *     {@code files}, or a path could leave the bundle
   */
  public BundleManifest {
    components = sorted(components);
    tokenizers = sorted(tokenizers);
    files = sorted(files);
    sizes = List.copyOf(sizes);
    batches = List.copyOf(batches);
    for (String path : files.keySet()) {
      BundlePath.requireRelative(path);
    }
    for (Map.Entry<String, ComponentManifest> component : components.entrySet()) {
      for (EngineFile engine : component.getValue().engines()) {
        requireListed(files, component.getKey(), engine.file());
      }
      if (component.getValue().weights().isPresent()) {
        requireListed(files, component.getKey(), component.getValue().weights().get());
      }
    }
    for (Map.Entry<String, TokenizerManifest> tokenizer : tokenizers.entrySet()) {
      requireListed(files, tokenizer.getKey(), tokenizer.getValue().file());
    }
    for (int batch : batches) {
      if (batch < 1) {
        throw new DoptException(ErrorCode.BAD_INPUT, "batches: " + batch + " is less than 1.");
      }
    }
  }

  /** A component by name, when the bundle has it. */
  public Optional<ComponentManifest> component(String name) {
    return Optional.ofNullable(components.get(name));
  }

  /**
   * This manifest with more files.
   *
   * @throws DoptException (INTERNAL) when one of them is listed already
   */
  public BundleManifest withFiles(SortedMap<String, FileEntry> more) {
    SortedMap<String, FileEntry> all = new TreeMap<>(files);
    more.forEach(
        (path, entry) -> {
          if (all.putIfAbsent(path, entry) != null) {
            throw new DoptException(
                ErrorCode.INTERNAL, "The bundle has a file '" + path + "' already.");
          }
        });
    return new BundleManifest(
        formatVersion,
        doptVersion,
        pipeline,
        components,
        tokenizers,
        scheduler,
        options,
        sizes,
        batches,
        all);
  }

  /**
   * Reads and checks a manifest.
   *
   * @throws DoptException (IO) when it cannot be read; (UNSUPPORTED) when a newer dopt wrote it;
   *     (BAD_INPUT) when it is malformed, has unknown keys or contradicts itself
   */
  public static BundleManifest read(Path file) {
    return ManifestJson.read(file);
  }

  /** The manifest as JSON: fixed key order, two-space indentation, {@code \n}, UTF-8. */
  public byte[] toJson() {
    return ManifestJson.write(this);
  }

  private static void requireListed(SortedMap<String, FileEntry> files, String owner, String path) {
    if (!files.containsKey(path)) {
      throw new DoptException(
          ErrorCode.BAD_INPUT, owner + " names the file '" + path + "', which 'files' lacks.");
    }
  }

  private static <T> SortedMap<String, T> sorted(Map<String, T> map) {
    return Collections.unmodifiableSortedMap(new TreeMap<>(map));
  }
}
