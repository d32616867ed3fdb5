package io.dopt.runtime.scheduler;

/** Where a stochastic scheduler gets its randomness; the caller owns the generator and its seed. */
@FunctionalInterface
public interface NoiseSource {
  /**
   * Fills the array with independent standard normal values.
   *
   * @param out noise for the whole batch, in the layout of the sample
   */
  void fill(float[] out);
}
