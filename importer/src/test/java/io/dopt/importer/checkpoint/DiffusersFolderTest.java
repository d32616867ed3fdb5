package io.dopt.importer.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DiffusersFolderTest {
  private static final Path ROOT = Path.of(System.getProperty("dopt.root"));
  private static final String PLAIN = "diffusion_pytorch_model.safetensors";

  @TempDir private Path folder;
  private Path root;

  @BeforeEach
  void writeACheckpoint() throws IOException {
    root = Files.createDirectory(folder.resolve("checkpoint"));
    index(
        "{\"_class_name\": \"StableDiffusionPipeline\", \"_diffusers_version\": \"0.1\","
            + " \"unet\": [\"diffusers\", \"UNet2DConditionModel\"],"
            + " \"vae\": [\"diffusers\", \"AutoencoderKL\"],"
            + " \"scheduler\": [\"diffusers\", \"DDIMScheduler\"],"
            + " \"safety_checker\": [null, null], \"requires_safety_checker\": true}");
    write("unet/config.json", "{\"in_channels\": 4}");
    write("vae/config.json", "{}");
    weights("unet/" + PLAIN, 1);
    weights("vae/" + PLAIN, 1);
  }

  @Test
  void readsTheFixture() {
    Path fixture = ROOT.resolve("testdata/fixtures/sdxl-tiny");
    try (Checkpoint checkpoint = open(fixture)) {
      assertEquals(Optional.of("StableDiffusionXLPipeline"), checkpoint.pipelineClass());
      assertEquals(
          Set.of("unet", "vae", "text_encoder", "text_encoder_2"),
          checkpoint.components().keySet());
      assertEquals(List.of("tokenizer", "tokenizer_2"), checkpoint.tokenizers());
      assertTrue(checkpoint.options().has("force_zeros_for_empty_prompt"));
      assertTrue(checkpoint.scheduler().orElseThrow().has("beta_start"));
      CheckpointComponent unet = checkpoint.component("unet");
      assertEquals("UNet2DConditionModel", unet.componentClass().className());
      assertEquals(
          unet.config().path("in_channels").asLong(),
          unet.tensors().tensor("conv_in.weight").orElseThrow().shape().get(1));
      assertEquals(
          List.of(fixture.resolve("unet/config.json"), fixture.resolve("unet/" + PLAIN)),
          unet.sources());
      assertEquals(24, checkpoint.tokenizer("tokenizer_2", 24).maximumLength());
    }
  }

  @Test
  void readsOneComponentAlone() {
    Path fixture = ROOT.resolve("testdata/fixtures/sd15-tiny");
    try (Checkpoint unet = open(fixture.resolve("unet"));
        Checkpoint text = open(fixture.resolve("text_encoder"))) {
      assertEquals(Optional.empty(), unet.pipelineClass());
      assertTrue(unet.component("unet").tensors().tensor("conv_in.weight").isPresent());
      assertEquals(
          new ComponentClass("transformers", "CLIPTextModel"),
          text.components().get("text_encoder"));
    }
  }

  @Test
  void schedulerTakesItsClassFromTheIndexAndKeepsInfinity() throws IOException {
    write(
        "scheduler/scheduler_config.json",
        "{\"_class_name\": \"PNDMScheduler\", \"lambda_min_clipped\": -Infinity}");
    try (Checkpoint checkpoint = open(root)) {
      var scheduler = checkpoint.scheduler().orElseThrow();
      assertEquals("DDIMScheduler", scheduler.path("_class_name").asText());
      assertEquals(Double.NEGATIVE_INFINITY, scheduler.path("lambda_min_clipped").doubleValue());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "diffusion_pytorch_model.fp16.safetensors",
        "diffusion_pytorch_model.safetensors.index.fp16.json",
        "diffusion_pytorch_model.fp16.safetensors.index.json",
      })
  void takesTheVariantWhereThereIsOne(String name) throws IOException {
    if (name.endsWith(".json")) {
      weights("unet/diffusion_pytorch_model.fp16-00001-of-00002.safetensors", 16);
      write(
          "unet/" + name,
          "{\"weight_map\": {\"w\":"
              + " \"diffusion_pytorch_model.fp16-00001-of-00002.safetensors\"}}");
    } else {
      weights("unet/" + name, 16);
    }
    assertEquals(1, value(Optional.empty(), "unet"));
    assertEquals(16, value(Optional.of("fp16"), "unet"));
    assertEquals(1, value(Optional.of("fp16"), "vae"));
  }

  @Test
  void refusesAVariantThatNoComponentHas() throws IOException {
    weights("unet/diffusion_pytorch_model.non_ema.safetensors", 2);
    write("vae/diffusion_pytorch_model.safetensors.index.bf16.json", "{}");
    DoptException e =
        assertThrows(
            DoptException.class,
            () -> CheckpointReader.open(root, CheckpointOptions.none().withVariant("fp16")));
    assertEquals(ErrorCode.USAGE, e.code());
    assertTrue(e.getMessage().contains("variants bf16, non_ema"), e.getMessage());
  }

  @Test
  void namesTheVariantsWhenThereIsNoPlainFile() throws IOException {
    Files.move(
        root.resolve("unet/" + PLAIN),
        root.resolve("unet/diffusion_pytorch_model.fp16.safetensors"));
    DoptException e = refused("unet");
    assertTrue(
        e.getMessage().contains("variants [fp16]; choose one with --variant"), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"weight_map\": {\"w\": \"../vae/diffusion_pytorch_model.safetensors\"}} | no plain file",
        "{\"weight_map\": {\"w\": \"/etc/passwd\"}} | no plain file name",
        "{\"weight_map\": {\"w\": \"..\"}} | no plain file name",
        "{\"weight_map\": {\"w\": 3}} | no plain file name",
        "{\"weight_map\": {\"w\": \"none.safetensors\"}} | none.safetensors does not exist",
        "{\"weight_map\": {\"v\": \"shard.safetensors\"}} | tensor v into shard.safetensors, which",
        "{\"weight_map\": {\"w\": \"shard.safetensors\", \"w\": \"shard.safetensors\"}} | Duplicate",
        "{\"weight_map\": {}} | no object \"weight_map\"",
        "{\"weight_map\": []} | no object \"weight_map\"",
        "{} | no object \"weight_map\"",
        "{\"weight_map\": | not valid JSON",
      })
  void refusesAMalformedShardIndex(String json, String expected) throws IOException {
    weights("unet/shard.safetensors", 3);
    write("unet/diffusion_pytorch_model.safetensors.index.json", json);
    DoptException e = refused("unet");
    assertEquals(ErrorCode.BAD_INPUT, e.code());
    assertTrue(e.getMessage().contains(expected), e.getMessage());
  }

  @Test
  void refusesATensorTheShardIndexLeavesOut() throws IOException {
    Map<String, DenseTensor> two =
        Map.of(
            "w", DenseTensor.ofFloats(List.of(), 1), "extra", DenseTensor.ofFloats(List.of(), 2));
    SafetensorsWriter.write(root.resolve("unet/shard.safetensors"), two, Map.of());
    write(
        "unet/diffusion_pytorch_model.safetensors.index.json",
        "{\"weight_map\": {\"w\": \"shard.safetensors\"}}");
    assertTrue(refused("unet").getMessage().contains("does not list tensor extra"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | no \"_class_name\"",
        "{\"_class_name\": \"P\", \"../up\": [\"diffusers\", \"UNet\"]} | \"../up\"",
        "{\"_class_name\": \"P\", \"unet\": [\"diffusers\"]} | not a library and a class",
        "{\"_class_name\": \"P\", \"unet\": [\"diffusers\", null]} | not a library and a class",
        "[1] | does not hold a JSON object",
        "{\"_class_name\": \"P\"} {} | not valid JSON",
      })
  void refusesAMalformedModelIndex(String json, String expected) throws IOException {
    index(json);
    DoptException e = assertThrows(DoptException.class, () -> open(root));
    assertTrue(e.getMessage().contains(expected), e.getMessage());
    assertTrue(e.getMessage().startsWith(root.resolve("model_index.json").toString()));
  }

  @Test
  void refusesLinksThatLeadOutside() throws IOException {
    Path elsewhere = folder.resolve("elsewhere.safetensors");
    Files.move(root.resolve("unet/" + PLAIN), elsewhere);
    Files.createSymbolicLink(root.resolve("unet/" + PLAIN), elsewhere);
    assertTrue(refused("unet").getMessage().contains("symbolic link that leads out"));
    Files.delete(elsewhere);
    assertTrue(refused("unet").getMessage().contains("leads nowhere"));
    Path other = Files.move(root.resolve("vae"), folder.resolve("vae"));
    Files.createSymbolicLink(root.resolve("vae"), other);
    assertTrue(refused("vae").getMessage().contains("symbolic link that leads out"));
  }

  @Test
  void followsLinksWithinTheCheckpoint() throws IOException {
    Files.move(root.resolve("unet/" + PLAIN), root.resolve("shared.safetensors"));
    Files.createSymbolicLink(root.resolve("unet/" + PLAIN), Path.of("../shared.safetensors"));
    assertEquals(1, value(Optional.empty(), "unet"));
  }

  @Test
  void followsTheHubCachesLinksIntoItsBlobsAndNoOthers() throws IOException {
    Path repository = Files.createDirectories(folder.resolve("hub/models--owner--name"));
    Path blobs = Files.createDirectory(repository.resolve("blobs"));
    Path snapshot = repository.resolve("snapshots/0123abc");
    Files.createDirectories(snapshot.getParent());
    Files.move(root, snapshot);
    root = snapshot;
    Files.move(root.resolve("unet/" + PLAIN), blobs.resolve("d34db33f"));
    Files.createSymbolicLink(root.resolve("unet/" + PLAIN), Path.of("../../../blobs/d34db33f"));
    assertEquals(1, value(Optional.empty(), "unet"));
    Path otherBlobs = Files.createDirectories(folder.resolve("hub/models--evil--name/blobs"));
    Files.move(root.resolve("vae/" + PLAIN), otherBlobs.resolve("cafe"));
    Files.createSymbolicLink(root.resolve("vae/" + PLAIN), otherBlobs.resolve("cafe"));
    assertTrue(refused("vae").getMessage().contains("symbolic link that leads out"));
  }

  @Test
  void saysWhatAFolderLacks() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    List<String> messages = new ArrayList<>();
    for (Path path :
        List.of(empty, folder.resolve("none"), Files.createFile(folder.resolve("x.y")))) {
      messages.add(assertThrows(DoptException.class, () -> open(path)).getMessage());
    }
    assertTrue(messages.get(0).contains("neither a model_index.json nor a config.json"));
    assertTrue(messages.get(1).contains("none does not exist"));
    assertTrue(messages.get(2).contains("x.y is no checkpoint"));
    Files.delete(root.resolve("unet/config.json"));
    assertTrue(refused("unet").getMessage().contains("config.json does not exist"));
    assertTrue(refused("image_encoder").getMessage().contains("it has unet, vae"));
  }

  @Test
  void refusesOptionsThatDoNotGoWithAFolder() {
    for (CheckpointOptions options :
        List.of(
            CheckpointOptions.none().withConfig(root),
            CheckpointOptions.none().withPredictionType("epsilon"))) {
      DoptException e =
          assertThrows(DoptException.class, () -> CheckpointReader.open(root, options));
      assertEquals(ErrorCode.USAGE, e.code());
    }
  }

  private static Checkpoint open(Path path) {
    return CheckpointReader.open(path, CheckpointOptions.none());
  }

  private float value(Optional<String> variant, String component) {
    CheckpointOptions options = new CheckpointOptions(variant, Optional.empty(), Optional.empty());
    try (Checkpoint checkpoint = CheckpointReader.open(root, options)) {
      TensorIndex tensors = checkpoint.component(component).tensors();
      return DenseTensor.read(tensors.tensor("w").orElseThrow()).toFloats()[0];
    }
  }

  private DoptException refused(String component) {
    try (Checkpoint checkpoint = open(root)) {
      return assertThrows(DoptException.class, () -> checkpoint.component(component));
    }
  }

  private void index(String json) throws IOException {
    write("model_index.json", json);
  }

  private void write(String name, String text) throws IOException {
    Files.createDirectories(root.resolve(name).getParent());
    Files.writeString(root.resolve(name), text);
  }

  private void weights(String name, float value) {
    SafetensorsWriter.write(
        root.resolve(name), Map.of("w", DenseTensor.ofFloats(List.of(), value)), Map.of());
  }
}
