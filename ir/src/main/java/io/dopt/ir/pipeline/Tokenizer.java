package io.dopt.ir.pipeline;

/**
 * A tokenizer as the runtime loads it.
 *
 * @param tokenizerJson bytes of a Hugging Face {@code tokenizer.json}
 * @param maximumLength tokens a prompt is padded or cut to, begin and end included
 * @param beginToken id put first
 * @param endToken id put last
 * @param padToken id that fills up
 */
public record Tokenizer(
    byte[] tokenizerJson, int maximumLength, int beginToken, int endToken, int padToken) {}
