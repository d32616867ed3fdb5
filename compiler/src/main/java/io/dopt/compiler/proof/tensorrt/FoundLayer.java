package io.dopt.compiler.proof.tensorrt;

import java.util.Optional;

/**
 * What became of a layer of the plan.
 *
 * @param name of the layer
 * @param planned its precision in the plan; of one that is left alone what the graph computes in
 * @param found the precision that its kernels multiply in, several joined by {@code +}; absent when
 *     no layer of the engine names it
 * @param kernel the kernels, several joined by {@code +}; absent with {@code found}
 */
public record FoundLayer(
    String name, String planned, Optional<String> found, Optional<String> kernel) {
  /** Whether the engine does what was planned; float32 may be multiplied in TF32. */
  public boolean asPlanned() {
    return found
        .map(it -> it.equals(planned) || it.equals("tf32") && planned.equals("f32"))
        .orElse(false);
  }

  /** Whether it was planned in a type of 8 bits, weights and activations. */
  boolean isQuantized() {
    return planned.equals("int8") || planned.equals("fp8");
  }

  /**
   * What a report says: a quantized layer that is nowhere is lost; TF32 is how float32 is
   * multiplied.
   */
  Optional<String> reported() {
    if (found.isEmpty() && isQuantized()) {
      return Optional.of("nowhere");
    }
    return asPlanned()
        ? found.map(it -> it.equals(planned) ? it : planned + " (" + it + ")")
        : found;
  }

  /** {@code mid_block.resnets.0.conv1/Conv (planned int8, found f16 in sm80_xmma_...)}. */
  public String text() {
    return String.format(
        "%s (planned %s, found %s)",
        name, planned, found.map(it -> it + " in " + kernel.orElse("?")).orElse("nowhere"));
  }
}
