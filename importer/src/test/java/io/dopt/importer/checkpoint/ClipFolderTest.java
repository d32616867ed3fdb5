package io.dopt.importer.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.importer.family.FamilyBuilders;
import io.dopt.importer.family.ImportedPipeline;
import io.dopt.importer.family.PipelineImporter;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClipFolderTest {
  private static final Path EXAMPLE =
      Path.of(System.getProperty("dopt.root"), "examples", "shapes-world-clip");

  @TempDir private Path folder;

  @BeforeEach
  void copyTheExample() throws IOException {
    try (Stream<Path> files = Files.list(EXAMPLE)) {
      for (Path file : files.toList()) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
  }

  @Test
  void theModelTypeIsEnoughToKnowIt() throws IOException {
    replace("config.json", "\"architectures\": [\n    \"CLIPModel\"\n  ],", "");
    try (Checkpoint checkpoint = open()) {
      assertEquals(Optional.of("CLIPModel"), checkpoint.pipelineClass());
    }
  }

  @Test
  void preprocessingMayBeInTheProcessorConfig() throws IOException {
    String config = Files.readString(folder.resolve("preprocessor_config.json"));
    Files.delete(folder.resolve("preprocessor_config.json"));
    Files.writeString(
        folder.resolve("processor_config.json"), "{\"image_processor\": " + config + "}");
    try (Checkpoint checkpoint = open()) {
      assertEquals(3, checkpoint.options().at("/preprocessor_config/resample").intValue());
    }
  }

  @Test
  void withoutPreprocessingItIsRefused() throws IOException {
    Files.delete(folder.resolve("preprocessor_config.json"));
    assertRefused("has no preprocessor_config.json");
  }

  @Test
  void withoutTokenizerItIsRefused() throws IOException {
    Files.delete(folder.resolve("tokenizer.json"));
    Files.delete(folder.resolve("vocab.json"));
    assertRefused("neither a tokenizer.json nor a vocab.json");
  }

  @Test
  void weightsOfAnotherSizeAreNamedWithThePartOfTheConfig() throws IOException {
    replace("config.json", "\"vocab_size\": 616", "\"vocab_size\": 617");
    assertRefused("by text_config.vocab_size 617, text_config.hidden_size 128");
  }

  private void replace(String file, String old, String text) throws IOException {
    String content = Files.readString(folder.resolve(file));
    assertTrue(content.contains(old), content);
    Files.writeString(folder.resolve(file), content.replace(old, text));
  }

  private void assertRefused(String part) {
    DoptException e = assertThrows(DoptException.class, this::importPipeline);
    assertEquals(ErrorCode.BAD_INPUT, e.code(), e::getMessage);
    assertTrue(e.getMessage().contains(part), e::getMessage);
  }

  private ImportedPipeline importPipeline() {
    try (Checkpoint checkpoint = open()) {
      return new PipelineImporter(FamilyBuilders.standard(), false).importPipeline(checkpoint);
    }
  }

  private Checkpoint open() {
    return CheckpointReader.open(folder, CheckpointOptions.none());
  }
}
