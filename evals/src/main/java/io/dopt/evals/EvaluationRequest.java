package io.dopt.evals;

import io.dopt.evals.report.Environment;
import io.dopt.evals.statistics.Bootstrap;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What to evaluate.
 *
 * @param candidate folder of the bundle to judge
 * @param reference what to compare with
 * @param prompts a file with one prompt a line; default the bundle's own, else general ones
 * @param samples how many pairs; default one for each prompt. Sample i takes prompt i modulo their
 *     number and seed + i
 * @param sampling how images are made, the same on both sides
 * @param threads of the engines, 0 for their own default
 * @param report folder to write
 * @param replace whether a report that is there may be replaced
 * @param bootstrap for confidence intervals
 * @param environment where this runs
 * @param command the command line, for the report; empty when there is none
 */
public record EvaluationRequest(
    Path candidate,
    Reference reference,
    Optional<Path> prompts,
    OptionalInt samples,
    Sampling sampling,
    int threads,
    Path report,
    boolean replace,
    Bootstrap bootstrap,
    Environment environment,
    List<String> command) {

  /**
   * @throws DoptException (USAGE) for values that make no sense, naming them
   */
  public EvaluationRequest {
    command = List.copyOf(command);
    if (samples.orElse(1) < 1) {
      throw new DoptException(
          ErrorCode.USAGE, "An evaluation of " + samples.getAsInt() + " samples says nothing.");
    }
    if (threads < 0) {
      throw new DoptException(ErrorCode.USAGE, "There cannot be " + threads + " threads.");
    }
  }

  /**
   * How images are made; an absent value is the candidate's default.
   *
   * @param seed of sample 0
   * @param steps denoising steps; default the pipeline's own, but no more than {@link
   *     #MOST_DEFAULT_STEPS}
   * @param guidanceScale classifier-free guidance
   * @param size of the images
   * @param scheduler class to use instead of the bundle's
   * @param negativePrompt for every sample
   */
  public record Sampling(
      long seed,
      OptionalInt steps,
      OptionalDouble guidanceScale,
      Optional<ImageSize> size,
      Optional<String> scheduler,
      Optional<String> negativePrompt) {
    /**
     * Enough for a converged image with most schedulers, and less than half of what all pipelines
     * but the latent consistency models default to.
     */
    public static final int MOST_DEFAULT_STEPS = 20;
  }
}
