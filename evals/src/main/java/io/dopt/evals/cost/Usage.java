package io.dopt.evals.cost;

import java.util.Optional;

/**
 * What an image takes.
 *
 * @param secondsPerImage wall-clock time, the mean over all images
 * @param joulesPerImage energy, the mean; absent where the machine does not tell
 */
public record Usage(double secondsPerImage, Optional<Double> joulesPerImage) {}
