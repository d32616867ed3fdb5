package io.dopt.runtime.bundle;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.Optional;

/**
 * The values a symbolic dimension may take.
 *
 * @param minimum smallest, at least 0
 * @param maximum largest, inclusive
 * @param multipleOf every value is divisible by it
 */
public record SymbolRange(long minimum, long maximum, long multipleOf) {

  /**
   * @throws DoptException (BAD_INPUT) for an empty range
   */
  public SymbolRange {
    if (minimum < 0 || maximum < minimum || multipleOf < 1) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          "A symbol's range " + minimum + ".." + maximum + " by " + multipleOf + " is empty.");
    }
  }

  /** Why a value is not allowed; empty when it is. */
  public Optional<String> refusal(long value) {
    if (value < minimum || value > maximum) {
      return Optional.of(value + " is outside " + minimum + ".." + maximum + ".");
    }
    if (value % multipleOf != 0) {
      return Optional.of(value + " is not divisible by " + multipleOf + ".");
    }
    return Optional.empty();
  }
}
