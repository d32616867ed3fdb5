package io.dopt.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class TemporaryFolderTest {
  @Test
  void isGoneWithAllItHolds() throws IOException {
    Path path;
    try (TemporaryFolder folder = TemporaryFolder.create("dopt-test")) {
      path = folder.path();
      Files.createDirectories(path.resolve("a/b"));
      Files.writeString(path.resolve("a/b/file"), "content");
    }
    assertFalse(Files.exists(path));
  }

  @Test
  void saysWhatStays() throws IOException {
    TemporaryFolder folder = TemporaryFolder.create("dopt-test");
    Files.delete(folder.path());
    assertEquals(ErrorCode.IO, assertThrows(DoptException.class, folder::close).code());
  }
}
