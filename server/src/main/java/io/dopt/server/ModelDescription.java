package io.dopt.server;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.dopt.runtime.bundle.BundleManifest;
import io.dopt.runtime.bundle.EngineFile;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.runtime.pipeline.DiffusionPipeline;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The answer to {@code GET /v1/model}: what the manifest says that a client can use. */
record ModelDescription(
    @JsonProperty("pipeline") String pipeline,
    @JsonProperty("dopt_version") String doptVersion,
    @JsonProperty("sizes") List<ImageSize> sizes,
    @JsonProperty("steps") int steps,
    @JsonProperty("guidance_scale") double guidanceScale,
    @JsonProperty("scheduler") Optional<String> scheduler,
    @JsonProperty("limits") Limits limits,
    @JsonProperty("components") SortedMap<String, Component> components) {

  record Limits(
      @JsonProperty("steps") int steps,
      @JsonProperty("pixels") long pixels,
      @JsonProperty("queue") int queue) {}

  record Component(
      @JsonProperty("precision") String precision,
      @JsonProperty("parameters") long parameters,
      @JsonProperty("engines") List<EngineFile> engines) {}

  static ModelDescription of(BundleManifest manifest, ServerOptions options) {
    SortedMap<String, Component> components = new TreeMap<>();
    manifest
        .components()
        .forEach(
            (name, component) ->
                components.put(
                    name,
                    new Component(
                        component.precision(), component.parameters(), component.engines())));
    return new ModelDescription(
        manifest.pipeline(),
        manifest.doptVersion(),
        manifest.sizes(),
        DiffusionPipeline.defaultSteps(manifest),
        DiffusionPipeline.defaultGuidanceScale(manifest),
        manifest.scheduler().map(config -> config.path("_class_name").asText()),
        new Limits(options.maximumSteps(), options.maximumPixels(), options.queue()),
        components);
  }
}
