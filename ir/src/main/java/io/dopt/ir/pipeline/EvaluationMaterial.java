package io.dopt.ir.pipeline;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a checkpoint brings for its bundle to be judged with.
 *
 * @param prompts captions (its {@code prompts.txt}, one a line); may be empty
 * @param clip files of the CLIP that scores its images, by name in that CLIP's folder; empty when
 *     it names none
 */
public record EvaluationMaterial(List<String> prompts, SortedMap<String, Path> clip) {
  /** Nothing. */
  public static final EvaluationMaterial NONE =
      new EvaluationMaterial(List.of(), Collections.emptySortedMap());

  public EvaluationMaterial {
    prompts = List.copyOf(prompts);
    clip = Collections.unmodifiableSortedMap(new TreeMap<>(clip));
  }
}
