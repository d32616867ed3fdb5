package io.dopt.runtime.pipeline;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * The encodings of the prompts used last. Bounded, since a run may have any number of prompts and
 * one encoding of SDXL takes 0.6 MB.
 */
final class RecentPrompts {
  /** More than the prompt and the negative prompt of each image of a batch; some 20 MB at most. */
  static final int CAPACITY = 32;

  private final Map<String, EncodedPrompt> encoded =
      new LinkedHashMap<>(CAPACITY, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, EncodedPrompt> eldest) {
          return size() > CAPACITY;
        }
      };

  /** The prompt's encoding, which is made when it is not among those kept. */
  EncodedPrompt get(String prompt, Function<String, EncodedPrompt> encode) {
    EncodedPrompt known = encoded.get(prompt);
    if (known == null) {
      known = encode.apply(prompt);
      encoded.put(prompt, known);
    }
    return known;
  }
}
