package io.dopt.ir;

import java.util.Objects;

/**
 * An SSA value: defined once, by a graph input, a weight or a node.
 *
 * @param name unique in its graph; letters, digits and {@code _ . / : -}
 * @param type element type and shape
 */
public record Value(String name, TensorType type) {
  public Value {
    Objects.requireNonNull(type);
    Names.require("value", name);
  }
}
