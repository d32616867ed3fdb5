package io.dopt.compiler.tensorrt;

import io.dopt.compiler.target.ComponentShapes;
import io.dopt.compiler.target.ShapeSpan;
import io.dopt.runtime.build.OptimizationProfile;
import io.dopt.runtime.bundle.ComponentManifest;
import io.dopt.runtime.bundle.EngineFile;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Optimization profiles: an engine of a bucket is built for its shape alone, a dynamic one for all
 * that was asked for and best for the usual call. TensorRT reserves memory for the largest.
 */
final class Profiles {
  private Profiles() {}

  /** Profiles by engine file. */
  static SortedMap<String, OptimizationProfile> of(
      SortedMap<String, ComponentManifest> components, Map<String, ComponentShapes> shapes) {
    SortedMap<String, OptimizationProfile> profiles = new TreeMap<>();
    components.forEach(
        (name, component) -> {
          for (EngineFile engine : component.engines()) {
            ShapeSpan span =
                engine.isDynamic()
                    ? shapes.get(name).span().orElseThrow()
                    : new ShapeSpan(engine.bindings(), engine.bindings(), engine.bindings());
            profiles.put(
                engine.file(),
                OptimizationProfile.of(
                    component.inputs(), span.minimum(), span.usual(), span.maximum()));
          }
        });
    return profiles;
  }
}
