package io.dopt.cli;

import io.dopt.compiler.CompileListener;
import io.dopt.compiler.CompileOptions;
import io.dopt.compiler.Compiler;
import io.dopt.compiler.Targets;
import io.dopt.compiler.cache.CacheOptions;
import io.dopt.compiler.tensorrt.TensorRtTarget;
import io.dopt.ir.pipeline.Component;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.quantizer.QuantizationScheme;
import io.dopt.runtime.build.BuildOptions;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Bundles that a search compiles to look at and throws away: of one size, without what makes no
 * images. What they have in common is compiled once.
 */
final class TrialBundles {
  private final Path folder;
  private final ImageSize size;
  private final QuantizationScheme scheme;
  private final CacheOptions cache;

  /**
   * @param folder where they are written; whoever made it removes it
   * @param scheme whose numbers are to be looked at: those of TensorRT are imitated in float32
   */
  TrialBundles(Path folder, ImageSize size, PipelineModel model, QuantizationScheme scheme) {
    this.folder = folder;
    this.size = size;
    this.scheme = scheme;
    // The components in float32, and two denoisers.
    this.cache = new CacheOptions(folder.resolve("cache"), 3 * bytes(model));
  }

  private static long bytes(PipelineModel model) {
    return model.components().values().stream()
        .flatMap(component -> component.graph().weights().values().stream())
        .mapToLong(weight -> weight.data().byteSize())
        .sum();
  }

  /**
   * Compiles a bundle.
   *
   * @param name its folder's
   */
  Path compile(String name, PipelineModel model) {
    SortedMap<String, Component> components = new TreeMap<>(model.components());
    components.remove("vae_encoder");
    Path bundle = folder.resolve(name);
    new Compiler(Targets.with(new TensorRtTarget(ElementType.FLOAT32, BuildOptions.defaults())))
        .compile(
            model.withComponents(components),
            CompileOptions.to(bundle)
                .withTarget(scheme.text())
                .withSizes(List.of(size))
                .withCheck(false)
                .withCache(cache),
            CompileListener.NONE);
    return bundle;
  }

  /** Removes a bundle that was looked at. */
  void remove(Path bundle) {
    try (Stream<Path> found = Files.walk(bundle)) {
      for (Path path : found.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new DoptException(ErrorCode.IO, bundle + " cannot be removed: " + e, e);
    }
  }
}
