package io.dopt.runtime.pipeline;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** A text file in UTF-8 with one prompt a line; empty lines are passed over. */
public final class PromptFile {
  /** Far above any real list; keeps a wrong file from filling the heap. */
  private static final long MAXIMUM_BYTES = 64L << 20;

  private PromptFile() {}

  /**
   * The prompts in order, at least one.
   *
   * @throws DoptException (IO) when the file cannot be read; (BAD_INPUT) when it is not UTF-8, has
   *     no prompt or is too large
   */
  public static List<String> read(Path file) {
    try {
      if (Files.size(file) > MAXIMUM_BYTES) {
        throw new DoptException(
            ErrorCode.BAD_INPUT, file + " is larger than any list of prompts; it is not read.");
      }
      List<String> prompts =
          Files.readString(file)
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
    } catch (NoSuchFileException e) {
      throw new DoptException(ErrorCode.IO, "There is no file " + file + " with prompts.", e);
    } catch (IOException e) {
      throw new DoptException(
          ErrorCode.IO, "The prompts in " + file + " cannot be read: " + e.getMessage(), e);
    }
  }
}
