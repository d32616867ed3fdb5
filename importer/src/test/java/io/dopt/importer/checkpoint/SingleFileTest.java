package io.dopt.importer.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.LazyTensor;
import io.dopt.tensor.SafetensorsWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SingleFileTest {
  private static final Path ROOT = Path.of(System.getProperty("dopt.root"));

  @TempDir private Path folder;

  @Test
  void readsAFileWithATokenizerBesideIt() throws IOException {
    Path file = write("STABLE_DIFFUSION_1");
    try (Checkpoint checkpoint = CheckpointReader.open(file, CheckpointOptions.none())) {
      assertEquals(Optional.of("StableDiffusionPipeline"), checkpoint.pipelineClass());
      assertEquals(List.of("tokenizer"), checkpoint.tokenizers());
      DoptException e =
          assertThrows(DoptException.class, () -> checkpoint.tokenizer("tokenizer", 24));
      assertTrue(e.getMessage().contains("--config"), e.getMessage());
      copy(ROOT.resolve("examples/shapes-world/tokenizer"), folder.resolve("tokenizer"));
      assertEquals(24, checkpoint.tokenizer("tokenizer", 24).maximumLength());
      CheckpointComponent unet = checkpoint.component("unet");
      assertEquals(List.of(file), unet.sources());
      assertTrue(unet.configSource().contains("derived from " + file));
      LazyTensor weight = unet.tensors().tensor("conv_in.weight").orElseThrow();
      assertEquals(weight.byteSize(), DenseTensor.read(weight).data().remaining());
      assertEquals(file, unet.tensors().file("conv_in.weight").orElseThrow());
      assertTrue(checkpoint.notes().get(1).contains("stable diffusion 1"));
      assertThrows(DoptException.class, () -> checkpoint.component("text_encoder_2"));
    }
  }

  @Test
  void takesEverythingElseFromTheConfigFolder() throws IOException {
    Path file = write("STABLE_DIFFUSION_1");
    Path config = ROOT.resolve("testdata/fixtures/sd15-tiny");
    CheckpointOptions options = CheckpointOptions.none().withConfig(config);
    try (Checkpoint checkpoint = CheckpointReader.open(file, options)) {
      CheckpointComponent unet = checkpoint.component("unet");
      assertEquals(config.resolve("unet/config.json").toString(), unet.configSource());
      assertEquals(
          new ObjectMapper().readTree(Files.readString(config.resolve("unet/config.json"))),
          unet.config());
      assertEquals(
          "DDIMScheduler", checkpoint.scheduler().orElseThrow().path("_class_name").asText());
      assertEquals(24, checkpoint.tokenizer("tokenizer", 77).maximumLength());
    }
    try (Checkpoint checkpoint =
        CheckpointReader.open(file, options.withPredictionType("v_prediction"))) {
      assertEquals(
          "v_prediction", checkpoint.scheduler().orElseThrow().path("prediction_type").asText());
    }
  }

  @Test
  void refusesAConfigFolderOfAnotherKind() throws IOException {
    Path file = write("STABLE_DIFFUSION_XL");
    CheckpointOptions options =
        CheckpointOptions.none().withConfig(ROOT.resolve("testdata/fixtures/sd15-tiny"));
    DoptException e = assertThrows(DoptException.class, () -> CheckpointReader.open(file, options));
    assertEquals(ErrorCode.BAD_INPUT, e.code());
    assertTrue(e.getMessage().contains("text_encoder_2"), e.getMessage());
  }

  @Test
  void stableDiffusion2NeedsAPredictionType() throws IOException {
    Path file = write("STABLE_DIFFUSION_2");
    try (Checkpoint checkpoint = CheckpointReader.open(file, CheckpointOptions.none())) {
      DoptException e = assertThrows(DoptException.class, checkpoint::scheduler);
      assertTrue(e.getMessage().contains("--prediction-type"), e.getMessage());
    }
    DoptException e =
        assertThrows(
            DoptException.class,
            () ->
                CheckpointReader.open(
                    file, CheckpointOptions.none().withPredictionType("telepathy")));
    assertEquals(ErrorCode.USAGE, e.code());
  }

  @Test
  void refusesFilesThatAreNoPipelineAndVariants() throws IOException {
    Path other = folder.resolve("unknown.safetensors");
    SafetensorsWriter.write(other, Map.of("foo", DenseTensor.ofFloats(List.of(), 1)), Map.of());
    DoptException e =
        assertThrows(
            DoptException.class, () -> CheckpointReader.open(other, CheckpointOptions.none()));
    assertTrue(e.getMessage().startsWith(other + " is not a Stable Diffusion"), e.getMessage());
    DoptException variant =
        assertThrows(
            DoptException.class,
            () -> CheckpointReader.open(other, CheckpointOptions.none().withVariant("fp16")));
    assertEquals(ErrorCode.USAGE, variant.code());
  }

  /** A file with the names and shapes of layouts.json, all zeros of one byte each. */
  private Path write(String family) throws IOException {
    Map<String, LazyTensor> tensors = new LinkedHashMap<>();
    try (InputStream json = getClass().getResourceAsStream("original/layouts.json")) {
      for (JsonNode entry : new ObjectMapper().readTree(json).path(family).path("file")) {
        List<Long> shape = List.of(new ObjectMapper().convertValue(entry.get(1), Long[].class));
        int count = shape.stream().reduce(1L, (a, b) -> a * b).intValue();
        tensors.put(
            entry.get(0).asText(),
            DenseTensor.of(ElementType.FLOAT8E5M2, shape, ByteBuffer.allocate(count)));
      }
    }
    Path file = folder.resolve(family + ".safetensors");
    SafetensorsWriter.write(file, tensors, Map.of());
    return file;
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectory(to);
    try (var files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }
}
