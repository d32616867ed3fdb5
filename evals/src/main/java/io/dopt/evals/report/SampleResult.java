package io.dopt.evals.report;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One pair of images.
 *
 * @param index from 0
 * @param prompt the text
 * @param seed of the initial noise
 * @param candidateImage path of the PNG below the report's folder
 * @param referenceImage path of the PNG below the report's folder
 * @param candidateProblem why the candidate's image is degenerate; absent when it is an image
 * @param referenceProblem why the reference's image is degenerate; absent when it is an image
 * @param metrics value by metric; without those that are not defined for this pair
 * @param candidateMilliseconds the candidate's time for this image
 * @param referenceMilliseconds the reference's; absent for a folder of images
 */
public record SampleResult(
    int index,
    String prompt,
    long seed,
    String candidateImage,
    String referenceImage,
    Optional<String> candidateProblem,
    Optional<String> referenceProblem,
    SortedMap<String, Double> metrics,
    double candidateMilliseconds,
    Optional<Double> referenceMilliseconds) {
  public SampleResult {
    metrics = Collections.unmodifiableSortedMap(new TreeMap<>((Map<String, Double>) metrics));
  }

  /** Whether a side of the pair is no image. */
  public boolean degenerate() {
    return candidateProblem.isPresent() || referenceProblem.isPresent();
  }
}
