package io.dopt.cli;

import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How a quantized bundle is judged; an absent value is the default.
 *
 * @param allowFallback whether layers that are computed otherwise than planned are a warning only
 * @param allowSlower whether a slower denoiser is a warning only
 * @param gated whether images are compared
 * @param budget limits on how much worse they may be
 * @param count images of each side
 * @param steps denoising steps of each
 * @param guidanceScale of each
 * @param seed of the first
 */
record ReviewOptions(
    boolean allowFallback,
    boolean allowSlower,
    boolean gated,
    QualityBudget budget,
    OptionalInt count,
    OptionalInt steps,
    OptionalDouble guidanceScale,
    OptionalLong seed) {

  /** The same without comparing images. */
  ReviewOptions withoutGate() {
    return new ReviewOptions(
        allowFallback, allowSlower, false, budget, count, steps, guidanceScale, seed);
  }

  /** The same with a slower denoiser as a warning only. */
  ReviewOptions withSlowerAllowed() {
    return new ReviewOptions(allowFallback, true, gated, budget, count, steps, guidanceScale, seed);
  }
}
