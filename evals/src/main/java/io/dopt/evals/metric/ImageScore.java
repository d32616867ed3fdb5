package io.dopt.evals.metric;

import io.dopt.runtime.image.RgbImage;

/**
 * A number that says how good an image is by itself, without a reference image: how well it fits
 * its prompt, say. Candidate and reference are scored alike and compared sample by sample.
 */
public interface ImageScore {

  /** The key in reports and gates, in the manner of {@code clip}. */
  String name();

  /** The name and unit a reader sees, in the manner of {@code CLIP score}. */
  String label();

  /** Whether more is better. */
  boolean higherIsBetter();

  /**
   * Scores one image; called on one thread, for both images of a pair after each other.
   *
   * @param image values in 0..1
   * @param prompt it was made from
   * @return a finite number
   */
  double score(RgbImage image, String prompt);
}
