package io.dopt.evals;

import io.dopt.evals.report.SampleResult;
import io.dopt.evals.report.Verdict.Check;
import io.dopt.tensor.ErrorCode;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The check that every image is one: no NaN, not infinite, more than one colour. */
final class DegenerateImages {
  private DegenerateImages() {}

  /**
   * Checks one side.
   *
   * @param side {@code candidate} or {@code reference}
   * @param problem what is wrong with the side's image of a sample
   */
  static Check check(
      String side, List<SampleResult> samples, Function<SampleResult, Optional<String>> problem) {
    List<SampleResult> failed =
        samples.stream().filter(sample -> problem.apply(sample).isPresent()).toList();
    if (failed.isEmpty()) {
      return new Check(
          side + "-images",
          Optional.empty(),
          "The " + side + " made sound images only: no NaN, none of a single colour.",
          List.of());
    }
    List<Integer> indices = failed.stream().map(SampleResult::index).toList();
    return new Check(
        side + "-images",
        Optional.of(ErrorCode.QUALITY),
        String.format(
            "%d of the %d images of the %s are degenerate: samples %s. Of the first: %s.",
            failed.size(),
            samples.size(),
            side,
            indices,
            problem.apply(failed.get(0)).orElseThrow()),
        indices);
  }
}
