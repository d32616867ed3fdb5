package io.dopt.importer.family;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.importer.checkpoint.Checkpoint;
import io.dopt.importer.checkpoint.CheckpointOptions;
import io.dopt.importer.checkpoint.CheckpointReader;
import io.dopt.ir.Graph;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole checkpoints: every tensor is used, and the graphs have the signatures of the contract. */
class PipelineImporterTest {
  private static final Path ROOT = Path.of(System.getProperty("dopt.root"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "testdata/fixtures/sd15-tiny",
        "testdata/fixtures/sdxl-tiny",
        "examples/shapes-world",
        "examples/shapes-world-clip"
      })
  void usesEveryTensor(String folder) {
    assertEquals(List.of(), importStrictly(folder).notes());
  }

  @Test
  void stableDiffusionHasTheSignaturesOfTheContract() {
    ImportedPipeline imported = importStrictly("testdata/fixtures/sd15-tiny");
    assertEquals(
        List.of(
            "text_encoder: input_ids i64[batch, 24] -> last_hidden_state f32[batch, 24, 32],"
                + " pooler_output f32[batch, 32], hidden_states_penultimate f32[batch, 24, 32]",
            "unet: sample f32[batch, 4, height, width], timestep f32[],"
                + " encoder_hidden_states f32[batch, sequence, 32]"
                + " -> sample f32[batch, 4, height, width]",
            "vae_decoder: latent f32[batch, 4, height, width]"
                + " -> sample f32[batch, 3, 2*height, 2*width]",
            "vae_encoder: sample f32[batch, 3, height, width]"
                + " -> mean f32[batch, 4, height/2, width/2],"
                + " logvar f32[batch, 4, height/2, width/2]"),
        signatures(imported));
  }

  @Test
  void stableDiffusionXlHasTheSignaturesOfTheContract() {
    List<String> signatures = signatures(importStrictly("testdata/fixtures/sdxl-tiny"));
    assertTrue(
        signatures.contains(
            "text_encoder_2: input_ids i64[batch, 24] -> last_hidden_state f32[batch, 24, 48],"
                + " text_embeds f32[batch, 40], hidden_states_penultimate f32[batch, 24, 48]"),
        signatures::toString);
    assertTrue(
        signatures.contains(
            "unet: sample f32[batch, 4, height, width], timestep f32[],"
                + " encoder_hidden_states f32[batch, sequence, 80],"
                + " text_embeds f32[batch, 40], time_ids f32[batch, 6]"
                + " -> sample f32[batch, 4, height, width]"),
        signatures::toString);
  }

  @Test
  void clipIsTwoTowersWithoutScheduler() {
    ImportedPipeline imported = importStrictly("examples/shapes-world-clip");
    assertEquals(
        List.of(
            "text_model: input_ids i64[batch, 24] -> text_embeds f32[batch, 64]",
            "vision_model: pixel_values f32[batch, 3, 64, 64] -> image_embeds f32[batch, 64],"
                + " pooler_output f32[batch, 128], last_hidden_state f32[batch, 65, 128]"),
        signatures(imported));
    assertTrue(imported.model().scheduler().isEmpty());
    assertEquals(24, imported.model().tokenizers().get("tokenizer").maximumLength());
    assertEquals(64, imported.model().options().at("/preprocessor_config/size/height").intValue());
  }

  private static ImportedPipeline importStrictly(String folder) {
    try (Checkpoint checkpoint =
        CheckpointReader.open(ROOT.resolve(folder), CheckpointOptions.none())) {
      return new PipelineImporter(FamilyBuilders.standard(), true).importPipeline(checkpoint);
    }
  }

  private static List<String> signatures(ImportedPipeline imported) {
    return imported.model().components().values().stream()
        .map(component -> signature(component.graph()))
        .toList();
  }

  private static String signature(Graph graph) {
    String inputs =
        graph.inputs().stream()
            .map(value -> value.name() + " " + value.type())
            .collect(Collectors.joining(", "));
    String outputs =
        graph.outputs().entrySet().stream()
            .map(output -> output.getKey() + " " + output.getValue().type())
            .collect(Collectors.joining(", "));
    return graph.name() + ": " + inputs + " -> " + outputs;
  }
}
