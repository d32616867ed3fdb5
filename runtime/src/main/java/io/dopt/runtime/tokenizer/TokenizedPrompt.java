package io.dopt.runtime.tokenizer;

import java.util.Optional;

/**
 * A prompt as the text encoder takes it.
 *
 * @param ids the whole window: begin token, prompt, end token, padding
 * @param dropped the end of the prompt that did not fit the window; empty when all fits
 */
public record TokenizedPrompt(long[] ids, Optional<String> dropped) {}
