package io.dopt.runtime.bundle;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;

/**
 * A tokenizer of the bundle.
 *
 * @param file its {@code tokenizer.json}, path inside the bundle
 * @param maxLength tokens of the text window, begin and end token included
 * @param beginToken id put before the prompt
 * @param endToken id put after the prompt, also when it had to be cut
 * @param padToken id that fills the window
 */
public record TokenizerManifest(
    String file, int maxLength, long beginToken, long endToken, long padToken) {

  /**
   * @throws DoptException (BAD_INPUT) when the window cannot hold the begin and end token
   */
  public TokenizerManifest {
    if (maxLength < 2) {
      throw new DoptException(
          ErrorCode.BAD_INPUT, "'" + file + "': maxLength " + maxLength + " is less than 2.");
    }
  }
}
