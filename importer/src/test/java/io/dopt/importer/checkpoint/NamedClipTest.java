package io.dopt.importer.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamedClipTest {
  private static final Path EXAMPLE =
      Path.of(System.getProperty("dopt.root"), "examples", "shapes-world");

  @TempDir private Path folder;

  private final List<String> notes = new ArrayList<>();

  @Test
  void theDemoNamesItsClip() {
    try (Checkpoint checkpoint = CheckpointReader.open(EXAMPLE, CheckpointOptions.none())) {
      assertEquals(
          Set.of(
              "config.json",
              "model.safetensors",
              "preprocessor_config.json",
              "special_tokens_map.json",
              "tokenizer.json",
              "tokenizer_config.json"),
          checkpoint.clip().keySet());
      assertEquals(List.of(), checkpoint.notes());
    }
  }

  @Test
  void aClipThatIsNotThereIsANote() throws IOException {
    assertTrue(files("absent-clip").isEmpty());
    assertTrue(
        notes.get(0).contains("names the CLIP absent-clip, but there is no folder"),
        notes::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "..", "../clip", "/etc", "a b", "clip\nclip", ".hidden", "a\\b"})
  void whatIsNoPlainNameIsRefused(String name) {
    DoptException e = assertThrows(DoptException.class, () -> files(name));
    assertEquals(ErrorCode.BAD_INPUT, e.code());
    assertTrue(e.getMessage().contains("not the plain name of a folder"), e::getMessage);
  }

  @Test
  void aLongFileIsRefusedUnread() {
    DoptException e = assertThrows(DoptException.class, () -> files("x".repeat(2000)));
    assertTrue(e.getMessage().contains("too large"), e::getMessage);
  }

  @Test
  void aFolderThatIsNoClipIsRefused() throws IOException {
    Path other = Files.createDirectory(folder.resolve("other"));
    Files.copy(EXAMPLE.resolve("unet/config.json"), other.resolve("config.json"));
    DoptException e = assertThrows(DoptException.class, () -> files("other"));
    assertTrue(e.getMessage().contains("which is no CLIP"), e::getMessage);
  }

  private Set<String> files(String name) throws IOException {
    Path checkpoint = Files.createDirectories(folder.resolve("checkpoint"));
    Path file = Files.writeString(checkpoint.resolve("clip.txt"), name + "\n");
    return NamedClip.files(checkpoint, file, notes).keySet();
  }
}
