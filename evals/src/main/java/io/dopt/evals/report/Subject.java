package io.dopt.evals.report;

import java.util.Optional;

/**
 * One side of a comparison.
 *
 * @param kind what it is
 * @param label a short name a reader knows it by
 * @param path as the user gave it
 * @param pipeline diffusers' pipeline class; absent for a folder of images
 * @param sha256 of the bundle's manifest, which holds the hashes of all its files; absent for a
 *     folder of images
 * @param threads of the engine, as resolved; absent for a folder of images
 */
public record Subject(
    Kind kind,
    String label,
    String path,
    Optional<String> pipeline,
    Optional<String> sha256,
    Optional<Integer> threads) {
  /** What images come from. */
  public enum Kind {
    /** A bundle that was run. */
    BUNDLE,
    /**
     * The candidate's own bundle under another number of threads: what differs is the noise floor
     * of floating point on this machine, not quality.
     */
    NOISE_FLOOR,
    /** A folder of PNG files. */
    FOLDER
  }
}
