package io.dopt.evals.metric;

import io.dopt.runtime.image.RgbImage;
import io.dopt.tensor.DoptException;
import java.util.OptionalDouble;

/** A number that says how far an image is from the reference image it should equal. */
public interface ImageMetric {

  /** The key in reports, in the manner of {@code psnr}. */
  String name();

  /** The name and unit a reader sees, in the manner of {@code PSNR (dB)}. */
  String label();

  /** Whether more is better. */
  boolean higherIsBetter();

  /**
   * Measures one pair.
   *
   * @return the value, always finite for finite images; empty where the metric is not defined, such
   *     as for images too small
   * @throws DoptException (BAD_INPUT) when the sizes differ
   */
  OptionalDouble compare(RgbImage candidate, RgbImage reference);
}
