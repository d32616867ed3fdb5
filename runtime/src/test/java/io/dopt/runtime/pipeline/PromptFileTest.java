package io.dopt.runtime.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromptFileTest {
  @TempDir private Path folder;

  @Test
  void everyLineWithTextIsAPrompt() throws IOException {
    Path file = write("\uFEFFa cat\r\n\r\n   ein Hund, süß  \n\t\nlast".getBytes("UTF-8"));
    assertEquals(List.of("a cat", "ein Hund, süß", "last"), PromptFile.read(file));
  }

  @Test
  void refusesWhatHoldsNoPrompts() throws IOException {
    assertRefused(ErrorCode.BAD_INPUT, write("\n \n".getBytes("UTF-8")));
    assertRefused(ErrorCode.BAD_INPUT, write(new byte[] {'a', (byte) 0xff, 'b'}));
    assertRefused(ErrorCode.IO, folder.resolve("nothing.txt"));
    assertRefused(ErrorCode.IO, folder);
  }

  private static void assertRefused(ErrorCode code, Path file) {
    assertEquals(
        code,
        assertThrows(DoptException.class, () -> PromptFile.read(file)).code(),
        file::toString);
  }

  private Path write(byte[] content) throws IOException {
    return Files.write(folder.resolve("prompts.txt"), content);
  }
}
