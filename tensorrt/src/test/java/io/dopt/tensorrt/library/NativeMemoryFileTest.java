package io.dopt.tensorrt.library;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeMemoryFileTest {
  @TempDir Path folder;

  @Test
  void writesInPiecesInPlaceOfALongerFile() throws IOException {
    byte[] content = new byte[10_007];
    new Random(1).nextBytes(content);
    Path file = Files.write(folder.resolve("memory"), new byte[20_000]);
    try (Memory memory = new Memory(content.length)) {
      memory.write(0, content, 0, content.length);
      NativeMemoryFile.write(Pointer.nativeValue(memory), content.length, file, 1 << 10);
    }
    assertArrayEquals(content, Files.readAllBytes(file));
  }

  @Test
  void saysWhereItCannotWrite() {
    Path file = folder.resolve("absent").resolve("memory");
    try (Memory memory = new Memory(1)) {
      DoptException refused =
          assertThrows(
              DoptException.class,
              () -> NativeMemoryFile.write(Pointer.nativeValue(memory), 1, file));
      assertEquals(ErrorCode.IO, refused.code());
    }
  }
}
