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
 * @param candidateImage path of the PNG below the report's folder, where there is a report
 * @param referenceImage path of the PNG below the report's folder, where there is a report
 * @param candidateProblem why the candidate's image is degenerate; absent when it is an image
 * @param referenceProblem why the reference's image is degenerate; absent when it is an image
 * @param metrics value by metric; without those that are not defined for this pair
 * @param candidateScores the candidate's value by score
 * @param referenceScores the reference's value by score
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
    SortedMap<String, Double> candidateScores,
    SortedMap<String, Double> referenceScores,
    double candidateMilliseconds,
    Optional<Double> referenceMilliseconds) {
  public SampleResult {
    metrics = copy(metrics);
    candidateScores = copy(candidateScores);
    referenceScores = copy(referenceScores);
  }

  private static SortedMap<String, Double> copy(Map<String, Double> values) {
    return Collections.unmodifiableSortedMap(new TreeMap<>(values));
  }

  /** Whether a side of the pair is no image. */
  public boolean degenerate() {
    return candidateProblem.isPresent() || referenceProblem.isPresent();
  }
}
