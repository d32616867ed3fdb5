package io.dopt.evals.metric;

import io.dopt.runtime.image.RgbImage;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;

/** What every metric asks of its two images. */
final class SameSize {
  private SameSize() {}

  /**
   * @throws DoptException (BAD_INPUT) when the sizes differ
   */
  static void require(RgbImage candidate, RgbImage reference) {
    if (!candidate.size().equals(reference.size())) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          String.format(
              "The images have different sizes: the candidate %s, the reference %s (height x"
                  + " width). Generate both at one --size.",
              candidate.size(), reference.size()));
    }
  }
}
