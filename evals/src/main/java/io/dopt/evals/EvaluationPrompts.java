package io.dopt.evals;

import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.pipeline.PromptFile;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The prompts of an evaluation.
 *
 * @param source where they are from, for readers
 * @param prompts at least one
 */
public record EvaluationPrompts(String source, List<String> prompts) {
  /** A bundle's own prompts; {@code dopt compile} copies them from the checkpoint. */
  public static final String BUNDLE_FILE = "prompts.txt";

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

  /**
   * @throws DoptException (USAGE) without prompts
   */
  public EvaluationPrompts {
    prompts = List.copyOf(prompts);
    if (prompts.isEmpty()) {
      throw new DoptException(ErrorCode.USAGE, "An evaluation needs at least one prompt.");
    }
  }

  /**
   * The prompts of a file, else those the bundle brings, else general ones.
   *
   * @throws DoptException (IO, BAD_INPUT) when the file cannot be read, is not UTF-8 or is empty
   */
  public static EvaluationPrompts of(Optional<Path> file, Bundle bundle) {
    List<String> own =
        bundle.manifest().files().containsKey(BUNDLE_FILE)
            ? PromptFile.read(bundle.file(BUNDLE_FILE))
            : List.of();
    return of(file, own, "the bundle");
  }

  /**
   * The prompts of a file, else those that what is to run brings, else general ones.
   *
   * @param own prompts it brings; may be empty
   * @param owner what it is, for readers
   * @throws DoptException (IO, BAD_INPUT) when the file cannot be read, is not UTF-8 or is empty
   */
  public static EvaluationPrompts of(Optional<Path> file, List<String> own, String owner) {
    if (file.isPresent()) {
      return new EvaluationPrompts(file.get().toString(), PromptFile.read(file.get()));
    }
    return own.isEmpty()
        ? new EvaluationPrompts("general ones of dopt", GENERAL)
        : new EvaluationPrompts(BUNDLE_FILE + " of " + owner, own);
  }
}
