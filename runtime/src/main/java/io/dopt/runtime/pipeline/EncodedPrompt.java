package io.dopt.runtime.pipeline;

import java.util.Optional;

/**
 * What the text encoders make of a prompt.
 *
 * @param features {@code [sequence, features]}, the towers' features concatenated
 * @param pooled the projected embedding of the first tower that has one
 */
record EncodedPrompt(float[] features, Optional<float[]> pooled) {
  /** Zeros of the same shapes. */
  EncodedPrompt zeros() {
    return new EncodedPrompt(
        new float[features.length], pooled.map(values -> new float[values.length]));
  }
}
