package io.dopt.evals.cost;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What is to be costed.
 *
 * @param prices absent when nothing has a price
 * @param compileSeconds what the candidate took to compile; absent when that is not to be won back
 */
public record Costing(Optional<Prices> prices, OptionalDouble compileSeconds) {
  /** Nothing. */
  public static final Costing NONE = new Costing(Optional.empty(), OptionalDouble.empty());
}
