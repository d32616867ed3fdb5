package io.dopt.importer.family;

import io.dopt.ir.Value;
import java.util.Optional;

/**
 * What image modules are conditioned on.
 *
 * @param temb time embedding [1 or N, D]
 * @param encoderHiddenStates text features [N, T, D]
 */
record Conditioning(Optional<Value> temb, Optional<Value> encoderHiddenStates) {
  static Conditioning none() {
    return new Conditioning(Optional.empty(), Optional.empty());
  }
}
