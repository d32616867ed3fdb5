package io.dopt.tensorrt.engine;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.dopt.runtime.build.BuildHost;
import io.dopt.runtime.build.BuildOptions;
import io.dopt.runtime.build.HardwareCompatibility;
import io.dopt.runtime.build.OptimizationProfile;
import io.dopt.runtime.build.PlanHost;
import io.dopt.runtime.build.PlanRequest;
import io.dopt.runtime.build.ShapeRange;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.BundleManifest;
import io.dopt.runtime.bundle.ComponentManifest;
import io.dopt.runtime.bundle.EngineFile;
import io.dopt.runtime.bundle.FileEntry;
import io.dopt.runtime.bundle.TensorSignature;
import io.dopt.runtime.engine.LoopPlan;
import io.dopt.runtime.engine.OnnxRuntimeEngine;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.Sha256;
import io.dopt.tensor.SymbolRange;
import io.dopt.tensorrt.build.TensorRtPlanBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/** Bundles of the models beside this class: as ONNX for ONNX Runtime, and as plans built here. */
final class PlanFixture {
  static final String DENOISER = "unet";
  static final int ELEMENTS = 4 * 8 * 8;
  private static final int MOST_ROWS = 64;
  private static final long MEMORY = 16L << 30;

  private PlanFixture() {}

  /** The models as they are. */
  static Bundle onnx(Path folder, String denoiser) throws IOException {
    SortedMap<String, FileEntry> files = new TreeMap<>();
    put(folder, "unet/model.onnx", model(denoiser), files);
    put(folder, "sampler/model.onnx", model("sampler.onnx"), files);
    return seal(folder, OnnxRuntimeEngine.RUNTIME, "unet/model.onnx", "sampler/model.onnx", files);
  }

  /** Plans of them for the GPU here, which can be refitted. */
  static Bundle plans(Path folder, String denoiser) throws IOException {
    TensorRtPlanBuilder builder = new TensorRtPlanBuilder();
    SortedMap<String, FileEntry> files = new TreeMap<>();
    build(builder, folder, denoiser, "unet/model.plan", denoiserProfile(), files);
    build(builder, folder, "sampler.onnx", "sampler/model.plan", samplerProfile(), files);
    BuildHost host = builder.host();
    put(folder, PlanHost.FILE, PlanHost.of(host, options()).toJson(), files);
    return seal(
        folder, TensorRtEngineProvider.RUNTIME, "unet/model.plan", "sampler/model.plan", files);
  }

  private static BuildOptions options() {
    return new BuildOptions(
        1, OptionalLong.empty(), true, false, false, false, HardwareCompatibility.NONE);
  }

  private static OptimizationProfile denoiserProfile() {
    return new OptimizationProfile(
        new TreeMap<>(
            Map.of(
                "sample", ShapeRange.exactly(List.of(2L, 4L, 8L, 8L)),
                "timestep", ShapeRange.exactly(List.of()))));
  }

  private static OptimizationProfile samplerProfile() {
    long elements = ELEMENTS;
    long most = MOST_ROWS;
    return new OptimizationProfile(
        new TreeMap<>(
            Map.of(
                LoopPlan.COEFFICIENTS,
                new ShapeRange(List.of(1L, 2L), List.of(2L, 16L), List.of(2L, most)),
                LoopPlan.HISTORY,
                new ShapeRange(
                    List.of(2L, elements), List.of(16L, elements), List.of(most, elements)))));
  }

  private static void build(
      TensorRtPlanBuilder builder,
      Path folder,
      String model,
      String plan,
      OptimizationProfile profile,
      SortedMap<String, FileEntry> files)
      throws IOException {
    Path work = Files.createDirectories(folder.resolve("work"));
    Path onnx = Files.write(work.resolve(model), model(model));
    Path file = folder.resolve(plan);
    Files.createDirectories(file.getParent());
    builder.build(
        new PlanRequest(
            model,
            onnx,
            profile,
            options(),
            work.resolve("timing.cache"),
            file,
            work.resolve(model + ".json"),
            work.resolve(model + ".log"),
            MEMORY,
            Duration.ofMinutes(5)),
        line -> {});
    byte[] content = Files.readAllBytes(file);
    files.put(plan, new FileEntry(content.length, Sha256.of(content)));
  }

  /** An ONNX file of a test resource, to refit from. */
  static Path write(Path folder, String model) throws IOException {
    return Files.write(folder.resolve(model), model(model));
  }

  private static byte[] model(String name) throws IOException {
    try (InputStream stream = PlanFixture.class.getResourceAsStream(name)) {
      return stream.readAllBytes();
    }
  }

  private static void put(
      Path folder, String path, byte[] content, SortedMap<String, FileEntry> files)
      throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.write(file, content);
    files.put(path, new FileEntry(content.length, Sha256.of(content)));
  }

  private static Bundle seal(
      Path folder,
      String runtime,
      String denoiser,
      String sampler,
      SortedMap<String, FileEntry> files)
      throws IOException {
    SortedMap<String, ComponentManifest> components = new TreeMap<>();
    components.put(
        DENOISER,
        component(
            List.of(
                TensorSignature.of("sample", ElementType.FLOAT32, "2", "4", "8", "8"),
                TensorSignature.of("timestep", ElementType.FLOAT32)),
            List.of(TensorSignature.of("sample", ElementType.FLOAT32, "2", "4", "8", "8")),
            Map.of(),
            new EngineFile(runtime, denoiser, new TreeMap<>())));
    components.put(
        LoopPlan.SAMPLER,
        component(
            List.of(
                TensorSignature.of(LoopPlan.COEFFICIENTS, ElementType.FLOAT32, "copies", "rows"),
                TensorSignature.of(LoopPlan.HISTORY, ElementType.FLOAT32, "rows", "elements")),
            List.of(TensorSignature.of(LoopPlan.SAMPLE, ElementType.FLOAT32, "copies", "elements")),
            Map.of(
                "copies", new SymbolRange(1, 2, 1),
                "rows", new SymbolRange(2, MOST_ROWS, 1),
                "elements", new SymbolRange(ELEMENTS, ELEMENTS, 1)),
            new EngineFile(runtime, sampler, new TreeMap<>())));
    BundleManifest manifest =
        new BundleManifest(
            BundleManifest.FORMAT_VERSION,
            "0.1.0",
            "StableDiffusionPipeline",
            components,
            new TreeMap<>(),
            Optional.empty(),
            JsonNodeFactory.instance.objectNode(),
            List.of(),
            List.of(1),
            files);
    Files.write(folder.resolve(Bundle.MANIFEST), manifest.toJson());
    return Bundle.open(folder);
  }

  private static ComponentManifest component(
      List<TensorSignature> inputs,
      List<TensorSignature> outputs,
      Map<String, SymbolRange> symbols,
      EngineFile engine) {
    return new ComponentManifest(
        inputs,
        outputs,
        new TreeMap<>(symbols),
        List.of(engine),
        Optional.empty(),
        "f32",
        1,
        JsonNodeFactory.instance.objectNode());
  }
}
