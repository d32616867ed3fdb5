package io.dopt.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {
  @TempDir private Path folder;

  private Path target;

  @BeforeEach
  void oldFile() throws IOException {
    target = folder.resolve("image.png");
    Files.writeString(target, "old");
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void replacesTheTargetOnlyWhenAllIsWritten() throws IOException {
    List<String> between = new ArrayList<>();
    WholeFile.write(
        target,
        6,
        sink -> {
          sink.accept(bytes("new"));
          between.add(Files.readString(target));
          sink.accept(bytes("est"));
        });
    assertEquals(List.of("old"), between);
    assertEquals("newest", Files.readString(target));
    assertEquals(List.of("image.png"), names());
  }

  @Test
  void twoWritersOfOneTargetDoNotMeet() throws IOException {
    WholeFile.write(
        target,
        0,
        outer -> {
          outer.accept(bytes("out"));
          WholeFile.write(target, 0, inner -> inner.accept(bytes("inner")));
          assertEquals("inner", Files.readString(target));
          outer.accept(bytes("er"));
        });
    assertEquals("outer", Files.readString(target));
    assertEquals(List.of("image.png"), names());
  }

  @Test
  void aFailureLeavesTheOldFileAndSaysWhatToDo() throws IOException {
    DoptException full =
        assertThrows(
            DoptException.class,
            () ->
                WholeFile.write(
                    target,
                    5,
                    sink -> {
                      sink.accept(bytes("ne"));
                      throw new IOException("No space left on device");
                    }));
    assertEquals(ErrorCode.IO, full.code());
    assertTrue(full.getMessage().startsWith(target + " (5 bytes)"), full.getMessage());
    assertTrue(full.getMessage().contains("the disk is full"), full.getMessage());
    assertEquals("old", Files.readString(target));
    assertEquals(List.of("image.png"), names());
  }

  @Test
  void aMissingFolderIsNotCreated() {
    Path missing = folder.resolve("missing");
    DoptException refused =
        assertThrows(
            DoptException.class,
            () -> WholeFile.write(missing.resolve("image.png"), 0, sink -> {}));
    assertEquals(ErrorCode.IO, refused.code());
    assertFalse(Files.exists(missing));
  }
}
