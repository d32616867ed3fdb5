package io.dopt.compiler.deploy.triton;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.TextFormat;
import io.dopt.compiler.deploy.HandMadeBundle;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.ComponentManifest;
import io.dopt.runtime.bundle.EngineFile;
import io.dopt.runtime.bundle.TensorSignature;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.SymbolRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans are copied and never opened, so here they are any bytes; what is told of them is not. */
class ModelRepositoryTest {
  @TempDir Path folder;

  private static final SymbolRange BATCH = new SymbolRange(1, 4, 1);

  private static ComponentManifest decoder(EngineFile... engines) {
    return component(
        List.of(TensorSignature.of("latent", ElementType.FLOAT32, "batch", "4", "height")),
        List.of(TensorSignature.of("latent", ElementType.FLOAT32, "batch", "3", "8*height")),
        engines);
  }

  private static ComponentManifest component(
      List<TensorSignature> inputs, List<TensorSignature> outputs, EngineFile... engines) {
    return new ComponentManifest(
        inputs,
        outputs,
        new TreeMap<>(Map.of("batch", BATCH, "height", new SymbolRange(1, 64, 1))),
        List.of(engines),
        Optional.empty(),
        "f16",
        1,
        JsonNodeFactory.instance.objectNode());
  }

  private static EngineFile plan(String file, Map<String, Long> bindings) {
    return new EngineFile("tensorrt", file, new TreeMap<>(bindings));
  }

  private Bundle plans() {
    return new HandMadeBundle(folder.resolve("bundle"))
        .file("vae_decoder/batch2_height8.plan", "static plan")
        .file("vae_decoder/dynamic.plan", "dynamic plan")
        .component(
            "vae_decoder",
            decoder(
                plan("vae_decoder/batch2_height8.plan", Map.of("batch", 2L, "height", 8L)),
                plan("vae_decoder/dynamic.plan", Map.of())))
        .open();
  }

  private static TritonOptions options(EngineChoice engines, List<Integer> gpus) {
    return new TritonOptions(engines, "", 2, gpus, 8, OptionalLong.of(250), OptionalInt.empty());
  }

  private String config(String model) throws IOException {
    String text = Files.readString(folder.resolve("repository").resolve(model + "/config.pbtxt"));
    DynamicMessage.Builder parsed = DynamicMessage.newBuilder(ConfigSchema.read().modelConfig());
    TextFormat.getParser().merge(text, parsed);
    return text.replaceAll("\\s+", " ");
  }

  private ModelRepository write(Bundle bundle, TritonOptions options) {
    return ModelRepository.write(bundle, options, folder.resolve("repository"), false);
  }

  @Test
  void plansGoToTheTensorRtBackendOnTheGpusThatAreNamed() throws IOException {
    ModelRepository repository = write(plans(), options(EngineChoice.ALL, List.of(0, 3)));
    assertEquals(
        List.of("vae_decoder_batch2_height8", "vae_decoder"),
        repository.models().stream().map(ModelRepository.Model::name).toList());
    assertEquals(
        "static plan",
        Files.readString(folder.resolve("repository/vae_decoder_batch2_height8/1/model.plan")));
    String fixed = config("vae_decoder_batch2_height8");
    assertTrue(fixed.contains("platform: \"tensorrt_plan\""), fixed);
    assertTrue(fixed.contains("backend: \"tensorrt\""), fixed);
    assertTrue(fixed.contains("dims: 2 dims: 4 dims: 8 }"), fixed);
    // In the plan's ONNX an output cannot be called what an input is called.
    assertTrue(
        fixed.contains("name: \"out_latent\" data_type: TYPE_FP32 dims: 2 dims: 3 dims: 64 }"),
        fixed);
    assertTrue(fixed.contains("count: 2 gpus: 0 gpus: 3 kind: KIND_GPU"), fixed);
    assertFalse(fixed.contains("dynamic_batching"), fixed);
    String dynamic = config("vae_decoder");
    assertTrue(dynamic.contains("max_batch_size: 4"), dynamic);
    assertTrue(dynamic.contains("dims: 4 dims: -1 }"), dynamic);
    assertTrue(dynamic.contains("max_queue_delay_microseconds: 250"), dynamic);
  }

  @Test
  void theSameBundleGivesTheSameRepository() throws IOException {
    Bundle bundle = plans();
    TritonOptions options = options(EngineChoice.ALL, List.of());
    ModelRepository.write(bundle, options, folder.resolve("one"), false);
    ModelRepository.write(bundle, options, folder.resolve("two"), false);
    assertEquals(content(folder.resolve("one")), content(folder.resolve("two")));
  }

  private static Map<String, String> content(Path root) throws IOException {
    try (var files = Files.walk(root)) {
      return files
          .filter(Files::isRegularFile)
          .collect(
              Collectors.toMap(
                  file -> root.relativize(file).toString(),
                  file -> {
                    try {
                      return Files.readString(file);
                    } catch (IOException e) {
                      throw new AssertionError(e);
                    }
                  }));
    }
  }

  @Test
  void aPlanWithAScalarInputIsRefusedForTritonCannotHandItOne() {
    ComponentManifest unet =
        component(
            List.of(
                TensorSignature.of("sample", ElementType.FLOAT32, "batch", "4", "height"),
                TensorSignature.of("timestep", ElementType.FLOAT32)),
            List.of(TensorSignature.of("sample", ElementType.FLOAT32, "batch", "4", "height")),
            plan("unet/a.plan", Map.of("batch", 2L, "height", 8L)));
    Bundle bundle =
        new HandMadeBundle(folder.resolve("bundle"))
            .file("unet/a.plan", "plan")
            .component("unet", unet)
            .open();
    refused(
        ErrorCode.UNSUPPORTED,
        "'timestep'",
        () -> write(bundle, options(EngineChoice.AUTO, List.of())));
  }

  @Test
  void aBuildPackageIsToBeBuiltFirst() {
    Bundle bundle =
        new HandMadeBundle(folder.resolve("bundle"))
            .file("vae_decoder/dynamic.onnx", "onnx")
            .component(
                "vae_decoder",
                decoder(
                    new EngineFile("tensorrt-onnx", "vae_decoder/dynamic.onnx", new TreeMap<>())))
            .open();
    refused(ErrorCode.UNSUPPORTED, "dopt build", () -> write(bundle, TritonOptions.defaults()));
  }

  @Test
  void anEngineFileThatIsNoOnnxIsRefused() {
    Bundle bundle =
        new HandMadeBundle(folder.resolve("bundle"))
            .file("vae_decoder/dynamic.onnx", "no protobuf at all")
            .component(
                "vae_decoder",
                decoder(new EngineFile("onnxruntime", "vae_decoder/dynamic.onnx", new TreeMap<>())))
            .open();
    refused(ErrorCode.BAD_INPUT, "ONNX", () -> write(bundle, TritonOptions.defaults()));
  }

  @Test
  void whatSaysNothingToPlansIsRefused() {
    TritonOptions threads =
        new TritonOptions(
            EngineChoice.AUTO, "", 1, List.of(), 8, OptionalLong.empty(), OptionalInt.of(2));
    refused(ErrorCode.USAGE, "--threads", () -> write(plans(), threads));
    refused(ErrorCode.USAGE, "GPUs", () -> options(EngineChoice.AUTO, List.of(1, 1)));
    refused(ErrorCode.USAGE, "GPUs", () -> options(EngineChoice.AUTO, List.of(-1)));
  }

  @Test
  void aPlanThatWasChangedIsRefusedAndNothingIsLeft() throws IOException {
    Bundle bundle = plans();
    Files.writeString(bundle.folder().resolve("vae_decoder/dynamic.plan"), "DYNAMIC plan");
    refused(
        ErrorCode.BAD_INPUT,
        "vae_decoder/dynamic.plan",
        () -> write(bundle, options(EngineChoice.ALL, List.of())));
    assertFalse(Files.exists(folder.resolve("repository")));
  }

  private static void refused(ErrorCode code, String named, Runnable work) {
    DoptException refused = assertThrows(DoptException.class, work::run);
    assertEquals(code, refused.code(), refused.getMessage());
    assertTrue(refused.getMessage().contains(named), refused.getMessage());
  }
}
