package io.dopt.evals;

import io.dopt.evals.report.LatentError;
import java.util.ArrayList;
import java.util.List;

/** Collects, over samples, how far the sides' latents are apart after each step. */
final class LatentErrors {
  private final List<Sums> steps = new ArrayList<>();
  private boolean comparable = true;

  /**
   * Adds a sample. One whose latents are not all finite says nothing of the others and is left out.
   *
   * @param candidate after each step
   * @param reference after each step
   */
  void add(List<float[]> candidate, List<float[]> reference) {
    if (!haveSameShape(candidate, reference)) {
      comparable = false;
      return;
    }
    List<Sums> sums = new ArrayList<>();
    for (int step = 0; step < candidate.size(); step++) {
      sums.add(Sums.of(candidate.get(step), reference.get(step)));
    }
    if (!sums.stream().allMatch(Sums::isFinite)) {
      return;
    }
    for (int step = 0; step < sums.size(); step++) {
      if (step == steps.size()) {
        steps.add(sums.get(step));
      } else {
        steps.set(step, steps.get(step).plus(sums.get(step)));
      }
    }
  }

  private static boolean haveSameShape(List<float[]> candidate, List<float[]> reference) {
    if (candidate.size() != reference.size()) {
      return false;
    }
    for (int step = 0; step < candidate.size(); step++) {
      if (candidate.get(step).length != reference.get(step).length) {
        return false;
      }
    }
    return true;
  }

  /** Per step; empty when the sides have none to compare: images of files, other latents. */
  List<LatentError> summarize() {
    List<LatentError> errors = new ArrayList<>();
    for (int step = 0; comparable && step < steps.size(); step++) {
      Sums sums = steps.get(step);
      errors.add(
          new LatentError(
              step + 1,
              sums.squaredDifferences() / sums.count(),
              sums.squares() == 0 ? 0 : sums.squaredDifferences() / sums.squares()));
    }
    return errors;
  }

  /**
   * Sums over values.
   *
   * @param squares of the reference
   */
  private record Sums(double squaredDifferences, double squares, long count) {
    static Sums of(float[] candidate, float[] reference) {
      double squaredDifferences = 0;
      double squares = 0;
      for (int i = 0; i < candidate.length; i++) {
        double difference = (double) candidate[i] - reference[i];
        squaredDifferences += difference * difference;
        squares += (double) reference[i] * reference[i];
      }
      return new Sums(squaredDifferences, squares, candidate.length);
    }

    Sums plus(Sums other) {
      return new Sums(
          squaredDifferences + other.squaredDifferences,
          squares + other.squares,
          count + other.count);
    }

    boolean isFinite() {
      return Double.isFinite(squaredDifferences) && Double.isFinite(squares);
    }
  }
}
