package io.dopt.runtime.tokenizer;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.TokenizerManifest;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Encodes prompts with a bundle's {@code tokenizer.json}. Threads may share it.
 *
 * <p>The native library comes from the jar; it is unpacked once per version, atomically, below
 * {@code ~/.djl.ai} (or {@code DJL_CACHE_DIR}). Nothing is ever downloaded.
 */
public final class PromptTokenizer implements AutoCloseable {
  private final TokenizerManifest manifest;
  private final HuggingFaceTokenizer tokenizer;

  private PromptTokenizer(TokenizerManifest manifest, HuggingFaceTokenizer tokenizer) {
    this.manifest = manifest;
    this.tokenizer = tokenizer;
  }

  /**
   * Loads a tokenizer of the bundle.
   *
   * @param name as in the manifest, e.g. {@code tokenizer_2}
   * @throws DoptException (BAD_INPUT) when the bundle has no such tokenizer or its file is
   *     malformed; (ENGINE) when the native library cannot be loaded
   */
  public static PromptTokenizer open(Bundle bundle, String name) {
    TokenizerManifest manifest = bundle.manifest().tokenizers().get(name);
    if (manifest == null) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          "The bundle " + bundle.folder() + " has no tokenizer '" + name + "'; compile again.");
    }
    return open(bundle.file(manifest.file()), manifest);
  }

  private static PromptTokenizer open(Path file, TokenizerManifest manifest) {
    // Read by the library when it is first used: without it, it would look for a GPU flavour and
    // download it.
    System.setProperty("ai.djl.offline", "true");
    try {
      return new PromptTokenizer(
          manifest,
          HuggingFaceTokenizer.builder()
              .optTokenizerPath(file)
              .optAddSpecialTokens(false)
              .optTruncation(false)
              .optPadding(false)
              .build());
    } catch (IOException | RuntimeException e) {
      throw new DoptException(
          ErrorCode.BAD_INPUT, file + " is not a tokenizer: " + e.getMessage(), e);
    } catch (LinkageError e) {
      throw new DoptException(
          ErrorCode.ENGINE,
          "The native tokenizer library cannot be loaded on this machine: " + e.getMessage(),
          e);
    }
  }

  /** Tokens of the window. */
  public int maxLength() {
    return manifest.maxLength();
  }

  /**
   * Encodes a prompt: begin token, as many of its tokens as fit, end token, padding.
   *
   * @throws DoptException (ENGINE) when the library refuses the text
   */
  public TokenizedPrompt encode(String prompt) {
    try {
      Encoding encoding = tokenizer.encode(prompt, false, false);
      long[] tokens = encoding.getIds();
      int kept = Math.min(tokens.length, manifest.maxLength() - 2);
      long[] ids = new long[manifest.maxLength()];
      Arrays.fill(ids, manifest.padToken());
      ids[0] = manifest.beginToken();
      System.arraycopy(tokens, 0, ids, 1, kept);
      ids[kept + 1] = manifest.endToken();
      Optional<String> dropped = Optional.empty();
      if (kept < tokens.length) {
        // The library counts code points.
        int start = encoding.getCharTokenSpans()[kept].getStart();
        dropped = Optional.of(prompt.substring(prompt.offsetByCodePoints(0, start)).strip());
      }
      return new TokenizedPrompt(ids, dropped);
    } catch (RuntimeException e) {
      throw new DoptException(
          ErrorCode.ENGINE, manifest.file() + " cannot encode the prompt: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
