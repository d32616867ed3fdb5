package io.dopt.cli;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A text file with one prompt a line; empty lines are passed over. */
final class PromptFile {
  private PromptFile() {}

  /**
   * The prompts in order.
   *
   * @throws DoptException (IO) when the file cannot be read; (BAD_INPUT) when it is not UTF-8 or
   *     has no prompt
   */
  static List<String> read(Path file) {
    try {
      List<String> prompts =
          Files.readString(file, StandardCharsets.UTF_8)
              .replaceFirst("^\uFEFF", "")
              .lines()
              .map(String::strip)
              .filter(line -> !line.isEmpty())
              .toList();
      if (prompts.isEmpty()) {
        throw new DoptException(ErrorCode.BAD_INPUT, file + " has no prompt; write one a line.");
      }
      return prompts;
    } catch (CharacterCodingException e) {
      throw new DoptException(ErrorCode.BAD_INPUT, file + " is not text in UTF-8.", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
