package io.dopt.importer.synthetic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.importer.checkpoint.Checkpoint;
import io.dopt.importer.checkpoint.CheckpointOptions;
import io.dopt.importer.checkpoint.CheckpointReader;
import io.dopt.importer.family.FamilyBuilders;
import io.dopt.importer.family.ImportedPipeline;
import io.dopt.importer.family.PipelineImporter;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RandomCheckpointTest {
  private static final Path TINY =
      Path.of(System.getProperty("dopt.root"), "testdata", "fixtures", "sd15-tiny");

  @TempDir Path folder;

  private static final class Total implements RandomCheckpoint.Listener {
    private long announced;
    private long written;

    @Override
    public void componentStarted(RandomCheckpoint.Component component, long bytes) {
      announced += bytes;
    }

    @Override
    public void bytesWritten(long bytes) {
      written += bytes;
    }
  }

  private static Map<String, Long> parameters(String model) {
    return RandomCheckpoint.of(model).components().stream()
        .collect(
            Collectors.toMap(
                RandomCheckpoint.Component::name, RandomCheckpoint.Component::parameters));
  }

  @Test
  void theBuiltInModelsHaveTheSizesOfTheRealOnes() {
    // Sums over the published checkpoints' state dicts.
    assertEquals(
        Map.of("unet", 859_520_964L, "vae", 83_653_863L, "text_encoder", 123_060_480L),
        parameters("sd15"));
    assertEquals(
        Map.of("unet", 865_910_724L, "vae", 83_653_863L, "text_encoder", 340_387_840L),
        parameters("sd21"));
    assertEquals(
        Map.of(
            "unet", 2_567_463_684L,
            "vae", 83_653_863L,
            "text_encoder", 123_060_480L,
            "text_encoder_2", 694_659_840L),
        parameters("sdxl"));
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "FLOAT16", "BFLOAT16"})
  void aFolderOfConfigurationBecomesACheckpointThatImports(ElementType type) {
    Path output = folder.resolve("checkpoint");
    Total total = new Total();

    long bytes = RandomCheckpoint.of(TINY.toString()).write(output, false, type, 3, total);

    assertEquals(bytes, total.announced);
    assertEquals(bytes, total.written);
    try (Checkpoint checkpoint = CheckpointReader.open(output, CheckpointOptions.none())) {
      ImportedPipeline imported =
          new PipelineImporter(FamilyBuilders.standard(), true).importPipeline(checkpoint);
      assertEquals(List.of(), imported.notes());
      assertTrue(imported.model().components().keySet().contains("unet"));
      assertEquals(
          type,
          checkpoint.component("unet").tensors().tensor("conv_in.weight").get().elementType());
    }
  }

  @Test
  void sameSeedSameBytesAndOtherSeedOthers() throws Exception {
    RandomCheckpoint checkpoint = RandomCheckpoint.of(TINY.toString());
    for (String name : List.of("a", "b", "other")) {
      long seed = name.equals("other") ? 2 : 1;
      checkpoint.write(folder.resolve(name), false, ElementType.FLOAT16, seed, new Total());
    }
    String unet = "unet/diffusion_pytorch_model.safetensors";

    assertArrayEquals(
        Files.readAllBytes(folder.resolve("a").resolve(unet)),
        Files.readAllBytes(folder.resolve("b").resolve(unet)));
    assertFalse(
        Arrays.equals(
            Files.readAllBytes(folder.resolve("a").resolve(unet)),
            Files.readAllBytes(folder.resolve("other").resolve(unet))));
  }

  @Test
  void aSingleComponentNeedsNoPipeline() {
    Path output = folder.resolve("unet");

    RandomCheckpoint.of(TINY.resolve("unet").toString())
        .write(output, false, ElementType.FLOAT32, 0, new Total());

    assertTrue(Files.exists(output.resolve("config.json")));
    assertTrue(Files.exists(output.resolve("diffusion_pytorch_model.safetensors")));
  }

  @Test
  void promptsAreCopied() throws Exception {
    Path template = Files.createDirectories(folder.resolve("template/unet"));
    Files.copy(TINY.resolve("unet/config.json"), template.resolve("config.json"));
    Files.writeString(
        template.resolveSibling("model_index.json"),
        "{\"_class_name\": \"X\", \"unet\": [\"diffusers\", \"UNet2DConditionModel\"]}");
    Files.writeString(template.resolveSibling("prompts.txt"), "a red star\n");
    Path output = folder.resolve("checkpoint");

    RandomCheckpoint.of(template.getParent().toString())
        .write(output, false, ElementType.FLOAT32, 0, new Total());

    assertEquals("a red star\n", Files.readString(output.resolve("prompts.txt")));
  }

  @Test
  void whatIsNoConfigurationIsRefused() throws Exception {
    assertEquals(
        ErrorCode.USAGE,
        assertThrows(DoptException.class, () -> RandomCheckpoint.of("sd99")).code());
    DoptException empty =
        assertThrows(DoptException.class, () -> RandomCheckpoint.of(folder.toString()));
    assertEquals(ErrorCode.BAD_INPUT, empty.code());
    assertTrue(empty.getMessage().contains("config.json"), empty.getMessage());

    Files.writeString(
        folder.resolve("model_index.json"),
        "{\"_class_name\": \"X\", \"../evil\": [\"diffusers\", \"AutoencoderKL\"]}");
    DoptException escape =
        assertThrows(DoptException.class, () -> RandomCheckpoint.of(folder.toString()));
    assertTrue(escape.getMessage().contains("../evil"), escape.getMessage());
  }

  @Test
  void weightsKeepTheVarianceOfActivations() {
    float[] matrix =
        DenseTensor.read(Initialization.of("to_q.weight", List.of(300L, 400L), 5)).toFloats();
    float[] norm = DenseTensor.read(Initialization.of("norm1.weight", List.of(999L), 5)).toFloats();

    double mean = 0;
    double square = 0;
    for (float value : matrix) {
      mean += value / matrix.length;
      square += (double) value * value / matrix.length;
    }
    assertEquals(0, mean, 1e-3);
    assertEquals(1.0 / 400, square, 2e-5);
    for (float value : norm) {
      assertEquals(1, value, 0.05);
    }
  }
}
