package io.dopt.quantizer.search;

/**
 * A layer that may be quantized.
 *
 * @param layer its node name
 * @param sensitivity the noise it would add; only how it compares with other layers matters
 * @param multiplications of one call, which its quantization makes cheaper
 * @param stage 0 for what the recipe quantizes; 1 for what it usually leaves alone, which comes
 *     last whatever it adds
 */
public record Candidate(String layer, double sensitivity, long multiplications, int stage) {

  /** What it adds for what it saves. */
  double price() {
    return sensitivity / Math.max(1, multiplications);
  }
}
