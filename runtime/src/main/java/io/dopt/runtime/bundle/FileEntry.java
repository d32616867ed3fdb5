package io.dopt.runtime.bundle;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.regex.Pattern;

/**
 * The size and content hash of one file of the bundle.
 *
 * @param bytes its length
 * @param sha256 64 lower-case hexadecimal digits
 */
public record FileEntry(long bytes, String sha256) {
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  /**
   * @throws DoptException (BAD_INPUT) for a negative length or a malformed hash
   */
  public FileEntry {
    if (bytes < 0 || !SHA256.matcher(sha256).matches()) {
      throw new DoptException(
          ErrorCode.BAD_INPUT, "A file entry of " + bytes + " bytes, sha256 '" + sha256 + "'.");
    }
  }
}
