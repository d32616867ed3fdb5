package io.dopt.evals.report;

import io.dopt.runtime.bundle.ImageSize;
import java.util.Optional;

/**
 * How images were made, the same on both sides.
 *
 * @param prompts where the prompts are from
 * @param seed of sample 0; sample i has seed + i
 * @param steps denoising steps asked for
 * @param guidanceScale classifier-free guidance
 * @param size of the images
 * @param scheduler diffusers' class
 * @param negativePrompt when one was given
 * @param bootstrapSeed of the confidence intervals
 * @param bootstrapResamples of the confidence intervals
 */
public record EvaluationSettings(
    String prompts,
    long seed,
    int steps,
    double guidanceScale,
    ImageSize size,
    String scheduler,
    Optional<String> negativePrompt,
    long bootstrapSeed,
    int bootstrapResamples) {}
