package io.dopt.quantizer;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;

/**
 * How much of what is hard to quantize moves from activations into weights (SmoothQuant's alpha).
 */
public sealed interface Smoothing {
  /** Nothing moves. */
  record None() implements Smoothing {
    @Override
    public String text() {
      return "none";
    }
  }

  /**
   * As much everywhere.
   *
   * @param alpha 0 for nothing of the activation's spread, 1 for all
   */
  record Fixed(double alpha) implements Smoothing {
    public Fixed {
      if (!(alpha >= 0 && alpha <= 1)) {
        throw new DoptException(
            ErrorCode.USAGE, "Smoothing's alpha is from 0 to 1, not " + alpha + ".");
      }
    }

    @Override
    public String text() {
      return Double.toString(alpha);
    }
  }

  /** As much as gives the readers of each normalised value the least expected error. */
  record Searched() implements Smoothing {
    @Override
    public String text() {
      return "search";
    }
  }

  /** As on the command line. */
  String text();

  /**
   * What {@link #text} wrote.
   *
   * @throws DoptException (USAGE) for anything else
   */
  static Smoothing parse(String text) {
    if (text.equals("none")) {
      return new None();
    }
    if (text.equals("search")) {
      return new Searched();
    }
    try {
      return new Fixed(Double.parseDouble(text));
    } catch (NumberFormatException e) {
      throw new DoptException(
          ErrorCode.USAGE,
          "Smoothing is none, search or an alpha from 0 to 1, not '" + text + "'.",
          e);
    }
  }
}
