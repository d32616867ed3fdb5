package io.dopt.compiler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.compiler.cache.CacheOptions;
import io.dopt.compiler.lock.LockFile;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.EngineFile;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.runtime.bundle.TensorSignature;
import io.dopt.runtime.engine.Engine;
import io.dopt.runtime.engine.EngineCall;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.runtime.engine.OnnxRuntimeEngine;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompilerTest {
  @TempDir Path folder;

  private final Compiler compiler = new Compiler(Targets.standard());

  private CompileSummary compile(PipelineModel model, CompileOptions options) {
    return compiler.compile(model, options, CompileListener.NONE);
  }

  private CompileOptions to(String name) {
    return CompileOptions.to(folder.resolve(name));
  }

  @Test
  void writesABundleTheRuntimeOpens() {
    CompileSummary summary = compile(ToyPipeline.write(folder.resolve("source"), 1), to("bundle"));
    Bundle bundle = Bundle.open(folder.resolve("bundle"));
    bundle.verify();
    assertEquals(
        List.of(
            "unet/batch1_height16_width16_sequence24.onnx",
            "unet/batch2_height16_width16_sequence24.onnx",
            "unet/dynamic.onnx"),
        engineFiles(bundle, "unet"));
    assertEquals(
        List.of("vae_decoder/batch1_height16_width16.onnx", "vae_decoder/dynamic.onnx"),
        engineFiles(bundle, "vae_decoder"));
    assertEquals(List.of(new ImageSize(32, 32)), bundle.manifest().sizes());
    assertEquals("unet/weights.bin", bundle.component("unet").weights().orElseThrow());
    assertEquals(2, summary.components().size());
    assertEquals(
        List.of("plan", "components", "manifest", "check", "commit"),
        List.copyOf(summary.stages().keySet()));
  }

  private static List<String> engineFiles(Bundle bundle, String component) {
    return bundle.component(component).engines().stream().map(EngineFile::file).toList();
  }

  @Test
  void theSummaryExplainsEveryEngine() {
    CompileSummary summary = compile(ToyPipeline.write(folder.resolve("source"), 1), to("bundle"));
    for (CompileSummary.ComponentSummary component : summary.components()) {
      List<String> explained =
          component.choices().stream().flatMap(alike -> alike.engines().stream()).toList();
      assertEquals(
          engineFiles(Bundle.open(folder.resolve("bundle")), component.name()).stream()
              .sorted()
              .toList(),
          explained.stream().map(file -> component.name() + "/" + file).sorted().toList());
    }
  }

  @Test
  void staticAndDynamicEnginesAgree() {
    CompileOptions options =
        to("bundle").withSizes(List.of(new ImageSize(16, 40))).withBatches(List.of(2));
    compile(ToyPipeline.write(folder.resolve("source"), 1), options);
    Bundle bundle = Bundle.open(folder.resolve("bundle"));
    for (String component : List.of("unet", "vae_decoder")) {
      List<EngineFile> engines = bundle.component(component).engines();
      EngineFile dynamic = engines.get(engines.size() - 1);
      for (EngineFile fixed : engines.subList(0, engines.size() - 1)) {
        float[] expected = run(bundle, component, fixed, fixed.bindings());
        float[] actual = run(bundle, component, dynamic, fixed.bindings());
        for (int i = 0; i < expected.length; i++) {
          assertEquals(expected[i], actual[i], 1e-5, fixed.file());
        }
      }
    }
  }

  private static float[] run(
      Bundle bundle, String component, EngineFile file, Map<String, Long> bindings) {
    try (Engine engine =
            OnnxRuntimeEngine.open(
                component,
                bundle.component(component),
                bundle.file(file.file()),
                EngineOptions.defaults());
        EngineCall call = engine.prepare(bindings)) {
      Random random = new Random(3);
      for (TensorSignature input : bundle.component(component).inputs()) {
        float[] values = new float[call.input(input.name()).elementCount()];
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) random.nextGaussian();
        }
        call.input(input.name()).put(0, values);
      }
      call.run();
      DenseTensor output = call.output("sample").toDense();
      return output.toFloats();
    }
  }

  @Test
  void sameInputsGiveTheSameBytesWhereverTheyLie() throws IOException {
    compile(ToyPipeline.write(folder.resolve("source"), 1), to("first"));
    compile(ToyPipeline.write(folder.resolve("elsewhere/source"), 1), to("deep/er/second"));
    assertEquals(content(folder.resolve("first")), content(folder.resolve("deep/er/second")));
  }

  private static Map<String, String> content(Path bundle) throws IOException {
    Map<String, String> content = new TreeMap<>();
    try (Stream<Path> files = Files.walk(bundle)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        content.put(
            bundle.relativize(file).toString(),
            java.util.HexFormat.of().formatHex(Files.readAllBytes(file)));
      }
    }
    return content;
  }

  @Test
  void aLockNamesWhatDiffers() {
    compile(ToyPipeline.write(folder.resolve("source"), 1), to("first"));
    Path lock = folder.resolve("first").resolve(Bundle.LOCK);
    PipelineModel other = ToyPipeline.write(folder.resolve("source"), 2);
    DoptException refused =
        assertThrows(
            DoptException.class, () -> compile(other, to("second").withExpectedLock(lock)));
    assertEquals(ErrorCode.BAD_INPUT, refused.code());
    assertTrue(refused.getMessage().contains("sources.weights"), refused.getMessage());
    assertTrue(refused.getMessage().contains("outputs.unet/weights.bin"), refused.getMessage());
    assertFalse(Files.exists(folder.resolve("second")));

    compile(ToyPipeline.write(folder.resolve("source"), 1), to("third").withExpectedLock(lock));
    LockFile third = LockFile.read(folder.resolve("third").resolve(Bundle.LOCK));
    assertEquals(List.of(), LockFile.read(lock).differences(third));
  }

  @ParameterizedTest
  @CsvSource({
    "30, 32, 'The size 30x32 is not possible: the height must be a multiple of 8 from 8 to 128."
        + " The nearest is 24 or 32.'",
    "32, 400, 'The size 32x400 is not possible: the width must be a multiple of 8 from 8 to 128."
        + " The nearest is 128.'"
  })
  void impossibleSizesAreRefused(int height, int width, String message) {
    PipelineModel model = ToyPipeline.write(folder.resolve("source"), 1);
    CompileOptions options = to("bundle").withSizes(List.of(new ImageSize(height, width)));
    DoptException refused = assertThrows(DoptException.class, () -> compile(model, options));
    assertEquals(ErrorCode.USAGE, refused.code());
    assertEquals(message, refused.getMessage());
    assertFalse(Files.exists(folder.resolve("bundle")));
  }

  @ParameterizedTest
  @CsvSource({"0, false", "0, true", "-1, true", "5, false", "5, true", "100000, true"})
  void impossibleBatchesAreRefused(int batch, boolean dynamicOnly) {
    PipelineModel model = ToyPipeline.write(folder.resolve("source"), 1);
    CompileOptions options =
        to("bundle").withBatches(List.of(1, batch)).withDynamicOnly(dynamicOnly);
    DoptException refused = assertThrows(DoptException.class, () -> compile(model, options));
    assertEquals(ErrorCode.USAGE, refused.code());
    assertTrue(refused.getMessage().startsWith("Batch size " + batch + " is not possible"));
  }

  @Test
  void dynamicOnlyLeavesSpecialisedEnginesOut() {
    compile(ToyPipeline.write(folder.resolve("source"), 1), to("bundle").withDynamicOnly(true));
    Bundle bundle = Bundle.open(folder.resolve("bundle"));
    assertEquals(List.of("unet/dynamic.onnx"), engineFiles(bundle, "unet"));
  }

  @Test
  void anExistingBundleStaysUnlessForced() throws IOException {
    compile(ToyPipeline.write(folder.resolve("source"), 1), to("bundle"));
    Map<String, String> before = content(folder.resolve("bundle"));
    PipelineModel other = ToyPipeline.write(folder.resolve("other"), 2);
    DoptException refused = assertThrows(DoptException.class, () -> compile(other, to("bundle")));
    assertEquals(ErrorCode.IO, refused.code());
    assertEquals(before, content(folder.resolve("bundle")));
    compile(other, to("bundle").withForce(true));
    assertFalse(before.equals(content(folder.resolve("bundle"))));
  }

  @Test
  void deadOutputsAreRefusedAndNothingIsLeft() throws IOException {
    PipelineModel model = ToyPipeline.broken(folder.resolve("source"), Float.MAX_VALUE);
    DoptException refused = assertThrows(DoptException.class, () -> compile(model, to("bundle")));
    assertEquals(ErrorCode.QUALITY, refused.code());
    assertTrue(
        refused.getMessage().startsWith("The compiled decoder does not work"),
        refused.getMessage());
    List<Path> left = new ArrayList<>();
    try (Stream<Path> list = Files.list(folder)) {
      list.filter(path -> !path.endsWith("source")).forEach(left::add);
    }
    assertEquals(List.of(), left);
    compile(model, to("bundle").withCheck(false));
    assertTrue(Files.exists(folder.resolve("bundle")));
  }

  @Test
  void weightsThatAreNotFiniteAreRefusedByName() {
    PipelineModel model = ToyPipeline.broken(folder.resolve("source"), Float.NaN);
    CompileOptions options =
        to("bundle").withCache(new CacheOptions(folder.resolve("cache"), 1L << 30));
    DoptException refused = assertThrows(DoptException.class, () -> compile(model, options));
    assertEquals(ErrorCode.QUALITY, refused.code());
    assertTrue(
        refused
            .getMessage()
            .startsWith(
                "The weights of the decoder are damaged: 'weight' is infinite or not a number at 1 of its elements."),
        refused.getMessage());
    assertFalse(Files.exists(folder.resolve("bundle")));

    compile(model, options.withCheck(false));
    assertTrue(Files.exists(folder.resolve("bundle")));
    assertThrows(
        DoptException.class, () -> compile(model, options.withForce(true)), "taken from the cache");
  }

  @Test
  void unknownTargetsAreRefusedByName() {
    PipelineModel model = ToyPipeline.write(folder.resolve("source"), 1);
    DoptException refused =
        assertThrows(DoptException.class, () -> compile(model, to("bundle").withTarget("npu")));
    assertEquals("There is no target 'npu'; there are cpu, tensorrt.", refused.getMessage());
  }
}
