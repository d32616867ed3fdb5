package io.dopt.evals;

import io.dopt.runtime.bundle.Bundle;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The prompts of an evaluation.
 *
 * @param source where they are from, for readers
 * @param prompts at least one
 */
record EvaluationPrompts(String source, List<String> prompts) {
  /** A bundle's own prompts; {@code dopt compile} copies them from the checkpoint. */
  static final String BUNDLE_FILE = "prompts.txt";

  private static final long MAXIMUM_BYTES = 16L << 20;

  /** Of different kinds: people, places, things, counting, text, styles. */
  private static final List<String> GENERAL =
      List.of(
          "a photograph of an astronaut riding a horse",
          "a red cube on top of a blue sphere, studio lighting",
          "a portrait of an old fisherman, oil on canvas",
          "a street in the rain at night, reflections of neon signs",
          "three green apples in a white bowl on a wooden table",
          "a watercolor of a lighthouse above a stormy sea",
          "a close-up of a bee on a lavender flower, macro photography",
          "a cozy library with tall windows, morning light");

  EvaluationPrompts {
    prompts = List.copyOf(prompts);
  }

  /**
   * The prompts of a file, else those the bundle brings, else general ones.
   *
   * @throws DoptException (IO, BAD_INPUT) when the file cannot be read, is not UTF-8 or is empty
   */
  static EvaluationPrompts of(Optional<Path> file, Bundle bundle) {
    if (file.isPresent()) {
      return new EvaluationPrompts(file.get().toString(), read(file.get()));
    }
    if (bundle.manifest().files().containsKey(BUNDLE_FILE)) {
      return new EvaluationPrompts(BUNDLE_FILE + " of the bundle", read(bundle.file(BUNDLE_FILE)));
    }
    return new EvaluationPrompts("general ones of dopt", GENERAL);
  }

  private static List<String> read(Path file) {
    try {
      if (Files.size(file) > MAXIMUM_BYTES) {
        throw new DoptException(
            ErrorCode.BAD_INPUT, file + " is larger than any list of prompts; it is not read.");
      }
      List<String> lines =
          Files.readString(file).lines().map(String::strip).filter(l -> !l.isEmpty()).toList();
      if (lines.isEmpty()) {
        throw new DoptException(ErrorCode.BAD_INPUT, file + " has no prompts: one a line.");
      }
      return lines;
    } catch (CharacterCodingException e) {
      throw new DoptException(ErrorCode.BAD_INPUT, file + " is not UTF-8 text.", e);
    } catch (IOException e) {
      throw new DoptException(
          ErrorCode.IO, "The prompts " + file + " cannot be read: " + e.getMessage(), e);
    }
  }
}
