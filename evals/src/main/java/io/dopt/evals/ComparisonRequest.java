package io.dopt.evals;

import io.dopt.evals.EvaluationRequest.Measures;
import io.dopt.evals.gate.Gate;
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
 * @param prompts {@link EvaluationPrompts#of} has those of a bundle
 * @param samples how many pairs; sample i takes prompt i modulo their number and seed + i
 * @param sampling how images are made, the same on both sides
 * @param threads of the engines, 0 for their own default
 * @param measures what is measured beside the standard metrics
 * @param criteria what the verdict is about
 * @param bootstrap for confidence intervals
 */
public record ComparisonRequest(
    Path candidate,
    Reference reference,
    EvaluationPrompts prompts,
    int samples,
    Sampling sampling,
    int threads,
    Measures measures,
    Criteria criteria,
    Bootstrap bootstrap) {

  /**
   * @throws DoptException (USAGE) for values that make no sense, naming them
   */
  public ComparisonRequest {
    if (samples < 1) {
      throw new DoptException(
          ErrorCode.USAGE, "A comparison of " + samples + " samples says nothing.");
    }
    if (threads < 0) {
      throw new DoptException(ErrorCode.USAGE, "There cannot be " + threads + " threads.");
    }
    if (!criteria.gates().isEmpty() && reference instanceof Reference.Itself) {
      throw new DoptException(
          ErrorCode.USAGE,
          "Gates compare with a reference, and the bundle against itself on other threads is none:"
              + " that is the noise floor. Name a bundle or a folder of images with --against.");
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

  /**
   * A comparison of two bundles by gates, everything else as usual.
   *
   * @param gates limits that the candidate has to keep
   */
  public static ComparisonRequest of(
      Path candidate,
      Path reference,
      EvaluationPrompts prompts,
      int samples,
      Sampling sampling,
      int threads,
      List<Gate> gates) {
    return new ComparisonRequest(
        candidate,
        new Reference.OtherBundle(reference),
        prompts,
        samples,
        sampling,
        threads,
        Measures.STANDARD,
        Criteria.of(gates),
        Bootstrap.usual());
  }

  /** The same against another reference, judged by other gates. */
  public ComparisonRequest against(Reference other, List<Gate> gates) {
    return new ComparisonRequest(
        candidate,
        other,
        prompts,
        samples,
        sampling,
        threads,
        measures,
        new Criteria(gates, criteria.baseline(), criteria.noiseFloorSamples()),
        bootstrap);
  }

  /** The prompt of a sample. */
  String prompt(int sample) {
    return prompts.prompts().get(sample % prompts.prompts().size());
  }

  /** The seed of a sample. */
  long seed(int sample) {
    return sampling.seed() + sample;
  }
}
