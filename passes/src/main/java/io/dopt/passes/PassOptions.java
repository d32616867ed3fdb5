package io.dopt.passes;

/**
 * What passes may be told.
 *
 * @param foldedBytes largest tensor, in bytes, that constant folding reads or makes; anything
 *     larger stays lazy
 */
public record PassOptions(long foldedBytes) {
  /** 1 MiB: every made-up constant and every bias of the known models, and no matrix of theirs. */
  public static final PassOptions DEFAULT = new PassOptions(1 << 20);

  public PassOptions {
    if (foldedBytes < 0) {
      throw new IllegalArgumentException("foldedBytes " + foldedBytes + " is negative");
    }
  }
}
