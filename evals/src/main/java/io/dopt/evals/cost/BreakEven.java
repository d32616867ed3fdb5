package io.dopt.evals.cost;

import java.util.Optional;

/**
 * After how many images the time that compiling took is won back by the faster images. Machine time
 * has one price on both sides of this sum, so it needs none.
 *
 * @param compileSeconds as given
 * @param secondsSavedPerImage mean time of the reference less the candidate's; negative when the
 *     candidate is slower
 * @param outcome what follows
 * @param images the first number of images at which nothing is lost; only when won back
 */
public record BreakEven(
    double compileSeconds, double secondsSavedPerImage, Outcome outcome, Optional<Long> images) {

  /** Whether the compile time comes back. */
  public enum Outcome {
    /** After so many images. */
    WON_BACK,
    /** The candidate is no faster. */
    NEVER,
    /** The samples do not tell which is faster. */
    UNDECIDED
  }

  /**
   * @param compileSeconds positive
   * @param candidateSeconds of an image, the mean
   * @param referenceSeconds of an image, the mean
   * @param decided whether the measurement tells that one side is faster
   */
  public static BreakEven of(
      double compileSeconds, double candidateSeconds, double referenceSeconds, boolean decided) {
    double saved = referenceSeconds - candidateSeconds;
    double images = Math.ceil(compileSeconds / saved);
    if (!decided) {
      return new BreakEven(compileSeconds, saved, Outcome.UNDECIDED, Optional.empty());
    }
    if (saved <= 0 || images > Long.MAX_VALUE) {
      return new BreakEven(compileSeconds, saved, Outcome.NEVER, Optional.empty());
    }
    return new BreakEven(compileSeconds, saved, Outcome.WON_BACK, Optional.of((long) images));
  }
}
