package io.dopt.compiler.proof;

import java.util.Optional;

/**
 * What became of a layer.
 *
 * @param name of the layer
 * @param planned its precision in the plan
 * @param found the precision the engine runs it in, in the plan's words; where a precision is only
 *     stored, {@code int8-weight (computed in f32)}. Absent when the engine has no kernel of it
 * @param kernel the engine's operator, several joined by {@code +}; absent with {@code found}
 * @param milliseconds of one call: the layer with its quantization
 * @param shareOfTime of the whole component, 0 to 1
 */
public record ProvenLayer(
    String name,
    String planned,
    Optional<String> found,
    Optional<String> kernel,
    double milliseconds,
    double shareOfTime) {
  static final String STORED_ONLY = " (computed in f32)";

  /** Whether the engine does what was planned; a layer in f32 may also be gone. */
  public boolean asPlanned() {
    return found
        .map(it -> it.equals(planned) || it.equals(planned + STORED_ONLY))
        .orElse(planned.equals("f32"));
  }
}
