package io.dopt.runtime.bundle;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;

/**
 * The size of an image.
 *
 * @param height pixels, at least 1
 * @param width pixels, at least 1
 */
public record ImageSize(int height, int width) {

  /**
   * @throws DoptException (BAD_INPUT) when a side is not positive
   */
  public ImageSize {
    if (height < 1 || width < 1) {
      throw new DoptException(
          ErrorCode.BAD_INPUT, "An image cannot be " + height + "x" + width + " pixels.");
    }
  }

  /** {@code HEIGHTxWIDTH}. */
  @Override
  public String toString() {
    return height + "x" + width;
  }
}
