package io.dopt.compiler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.dopt.compiler.cache.CacheOptions;
import io.dopt.compiler.tensorrt.TensorRtTarget;
import io.dopt.ir.pipeline.Component;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.runtime.build.BuildOptions;
import io.dopt.runtime.build.BuildPackage;
import io.dopt.runtime.build.BuildSpecification;
import io.dopt.runtime.build.DeviceRequirements;
import io.dopt.runtime.build.HardwareCompatibility;
import io.dopt.runtime.build.OptimizationProfile;
import io.dopt.runtime.build.ShapeRange;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.runtime.engine.ComponentEngines;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.SymbolRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in a build package, for which shapes, and that it is the same every time. */
class BuildPackageCompileTest {
  private static final ImageSize SMALL = new ImageSize(32, 32);
  private static final ImageSize WIDE = new ImageSize(32, 48);

  @TempDir Path folder;

  private PipelineModel model;

  @BeforeEach
  void writeModel() {
    model = ToyPipeline.write(folder.resolve("checkpoint"), 1);
  }

  private CompileOptions to(String name) {
    return CompileOptions.to(folder.resolve(name)).withTarget(TensorRtTarget.NAME);
  }

  private CompileSummary compile(CompileOptions options, TensorRtTarget target) {
    return new Compiler(Targets.with(target)).compile(model, options, CompileListener.NONE);
  }

  private BuildPackage compile(CompileOptions options) {
    compile(options, target(ElementType.FLOAT16));
    BuildPackage opened = BuildPackage.open(options.output());
    opened.bundle().verify();
    return opened;
  }

  private static TensorRtTarget target(ElementType type) {
    return new TensorRtTarget(type, BuildOptions.defaults());
  }

  @Test
  void onePackageHoldsAnEngineForEveryBucketAndTheSampler() {
    BuildPackage opened = compile(to("package").withSizes(List.of(SMALL, WIDE)));
    assertEquals(
        Set.of(
            "build.json",
            "prompts.txt",
            "sampler/dynamic.onnx",
            "tokenizer/tokenizer.json",
            "unet/batch1_height16_width16_sequence24.onnx",
            "unet/batch1_height16_width24_sequence24.onnx",
            "unet/batch2_height16_width16_sequence24.onnx",
            "unet/batch2_height16_width24_sequence24.onnx",
            "unet/dynamic.onnx",
            "unet/weights.bin",
            "vae_decoder/batch1_height16_width16.onnx",
            "vae_decoder/batch1_height16_width24.onnx",
            "vae_decoder/dynamic.onnx"),
        opened.bundle().manifest().files().keySet());
    assertTrue(
        opened.bundle().manifest().components().values().stream()
            .flatMap(component -> component.engines().stream())
            .allMatch(engine -> engine.runtime().equals(BuildPackage.RUNTIME)));
    assertEquals("f16", opened.bundle().component("unet").precision());
    assertEquals("f32", opened.bundle().component("sampler").precision());
  }

  @Test
  void profilesAreOfWhatWasAskedFor() {
    BuildPackage opened = compile(to("package").withSizes(List.of(SMALL, WIDE)));
    Map<String, OptimizationProfile> profiles = opened.specification().profiles();
    assertEquals(
        ShapeRange.exactly(List.of(2L, 4L, 16L, 24L)),
        profiles.get("unet/batch2_height16_width24_sequence24.onnx").inputs().get("sample"));
    assertEquals(
        new ShapeRange(
            List.of(1L, 4L, 16L, 16L), List.of(2L, 4L, 16L, 16L), List.of(2L, 4L, 16L, 24L)),
        profiles.get("unet/dynamic.onnx").inputs().get("sample"));
    assertEquals(
        new ShapeRange(List.of(2L, 1024L), List.of(41L, 1024L), List.of(3001L, 3072L)),
        profiles.get("sampler/dynamic.onnx").inputs().get("history"));
    assertEquals(
        new SymbolRange(16, 24, 4), opened.bundle().component("unet").symbols().get("width"));
  }

  @Test
  void aDynamicEngineThatWouldNeverBeUsedIsLeftOut() {
    BuildPackage opened = compile(to("package"));
    assertEquals(
        Set.of(
            "sampler/dynamic.onnx",
            "unet/batch1_height16_width16_sequence24.onnx",
            "unet/batch2_height16_width16_sequence24.onnx",
            "vae_decoder/batch1_height16_width16.onnx"),
        opened.specification().profiles().keySet());
  }

  @Test
  void dynamicLeavesOutTheOthers() {
    BuildPackage opened = compile(to("package").withDynamicOnly(true).withBatches(List.of(3)));
    assertEquals(
        Set.of("sampler/dynamic.onnx", "unet/dynamic.onnx", "vae_decoder/dynamic.onnx"),
        opened.specification().profiles().keySet());
    assertEquals(
        new ShapeRange(
            List.of(3L, 4L, 16L, 16L), List.of(6L, 4L, 16L, 16L), List.of(6L, 4L, 16L, 16L)),
        opened.specification().profiles().get("unet/dynamic.onnx").inputs().get("sample"));
  }

  @Test
  void withoutAnySizeThereIsNoLargestToReserveMemoryFor() {
    SortedMap<String, Component> components = new TreeMap<>(model.components());
    Component unet = components.get("unet");
    components.put(
        "unet", new Component(unet.graph(), JsonNodeFactory.instance.objectNode(), unet.sources()));
    model = model.withComponents(components);
    DoptException refused =
        assertThrows(DoptException.class, () -> compile(to("package").withDynamicOnly(true)));
    assertEquals(ErrorCode.USAGE, refused.code());
    assertTrue(refused.getMessage().contains("--size"), refused.getMessage());
    assertFalse(Files.exists(folder.resolve("package")));
  }

  @Test
  void theSamePackageIsWrittenTwice() throws IOException {
    compile(to("first").withSizes(List.of(SMALL, WIDE)));
    model = ToyPipeline.read(folder.resolve("checkpoint"));
    compile(to("second").withSizes(List.of(SMALL, WIDE)));
    Set<String> files =
        new TreeSet<>(Bundle.open(folder.resolve("first")).manifest().files().keySet());
    files.addAll(List.of(Bundle.MANIFEST, Bundle.LOCK));
    for (String file : files) {
      assertArrayEquals(
          Files.readAllBytes(folder.resolve("first").resolve(file)),
          Files.readAllBytes(folder.resolve("second").resolve(file)),
          file);
    }
  }

  @Test
  void optionsOfTheBuildAreInTheLockAndNotInTheEngines() throws IOException {
    BuildOptions options =
        new BuildOptions(
            5,
            OptionalLong.of(1 << 20),
            true,
            false,
            false,
            true,
            HardwareCompatibility.AMPERE_PLUS);
    compile(to("plain"), target(ElementType.FLOAT16));
    compile(to("other"), new TensorRtTarget(ElementType.FLOAT16, options));
    assertEquals(engines("plain"), engines("other"));
    assertEquals(options, BuildPackage.open(folder.resolve("other")).specification().options());
    String lock = Files.readString(folder.resolve("other").resolve(Bundle.LOCK));
    assertTrue(
        lock.contains(
            "level 5, workspace 1048576 bytes, refit, version-compatible, hardware-compatibility ampere+"),
        lock);
  }

  /** A component of one type is nothing for a compile of another, whatever the cache holds. */
  @Test
  void theCacheKeepsTypesApart() {
    CacheOptions cache = new CacheOptions(folder.resolve("cache"), 1L << 30);
    compile(to("half").withCache(cache), target(ElementType.FLOAT16));
    CompileSummary full = compile(to("full").withCache(cache), target(ElementType.FLOAT32));
    assertTrue(
        full.components().stream()
            .noneMatch(part -> part.cached() && !part.name().equals("sampler")));
    CompileSummary again = compile(to("again").withCache(cache), target(ElementType.FLOAT16));
    assertTrue(again.components().stream().allMatch(CompileSummary.ComponentSummary::cached));
    assertEquals(engines("half"), engines("again"));
    assertNotEquals(engines("half"), engines("full"));
  }

  private SortedMap<String, String> engines(String name) {
    SortedMap<String, String> hashes = new TreeMap<>();
    Bundle.open(folder.resolve(name))
        .manifest()
        .files()
        .forEach(
            (file, entry) -> {
              if (!file.equals(BuildSpecification.FILE)) {
                hashes.put(file, entry.sha256());
              }
            });
    return hashes;
  }

  @Test
  void theGpuMustHaveTheTypes() {
    assertEquals(
        new DeviceRequirements("7.5", "10.6"), compile(to("half")).specification().requires());
    CompileSummary summary = compile(to("brain"), target(ElementType.BFLOAT16));
    BuildPackage brain = BuildPackage.open(folder.resolve("brain"));
    assertEquals(new DeviceRequirements("8.0", "10.6"), brain.specification().requires());
    assertTrue(
        summary.notices().stream().anyMatch(notice -> notice.contains("no kernels for bf16")),
        summary.notices().toString());
    try (ComponentEngines engines =
        new ComponentEngines(brain.bundle(), EngineOptions.defaults())) {
      DoptException refused =
          assertThrows(
              DoptException.class,
              () ->
                  engines.prepare(
                      "unet", Map.of("batch", 1L, "height", 16L, "width", 16L, "sequence", 24L)));
      assertEquals(ErrorCode.UNSUPPORTED, refused.code());
      assertTrue(refused.getMessage().contains("'dopt build'"), refused.getMessage());
    }
  }
}
