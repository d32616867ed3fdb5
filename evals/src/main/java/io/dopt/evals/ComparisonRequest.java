package io.dopt.evals;

import io.dopt.evals.EvaluationRequest.Measures;
import io.dopt.evals.statistics.Bootstrap;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.List;

/**
 * A paired comparison: the same prompts and noise through a candidate and a reference.
 *
 * @param candidate folder of the bundle to judge
 * @param reference what to compare with
 * @param prompts at least one
 * @param samples how many pairs; sample i takes prompt i modulo their number and seed + i
 * @param sampling how images are made, the same on both sides
 * @param threads of the engines, 0 for their own default
 * @param measures what is measured beside the standard metrics
 * @param bootstrap for confidence intervals
 */
public record ComparisonRequest(
    Path candidate,
    Reference reference,
    List<String> prompts,
    int samples,
    Sampling sampling,
    int threads,
    Measures measures,
    Bootstrap bootstrap) {

  /**
   * @throws DoptException (USAGE) for values that make no sense, naming them
   */
  public ComparisonRequest {
    prompts = List.copyOf(prompts);
    if (prompts.isEmpty()) {
      throw new DoptException(ErrorCode.USAGE, "A comparison needs at least one prompt.");
    }
    if (samples < 1) {
      throw new DoptException(
          ErrorCode.USAGE, "A comparison of " + samples + " samples says nothing.");
    }
    if (threads < 0) {
      throw new DoptException(ErrorCode.USAGE, "There cannot be " + threads + " threads.");
    }
    if (sampling.seed() > Long.MAX_VALUE - (samples - 1)) {
      throw new DoptException(
          ErrorCode.USAGE,
          "Seed: sample i has the seed "
              + sampling.seed()
              + " + i, and the last would be above "
              + Long.MAX_VALUE
              + ".");
    }
  }

  /** The prompt of a sample. */
  String prompt(int sample) {
    return prompts.get(sample % prompts.size());
  }

  /** The seed of a sample. */
  long seed(int sample) {
    return sampling.seed() + sample;
  }
}
