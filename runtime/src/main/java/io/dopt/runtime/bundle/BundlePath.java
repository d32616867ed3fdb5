package io.dopt.runtime.bundle;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Paths written in a manifest: relative, with {@code /} between names, inside the bundle. */
final class BundlePath {
  private BundlePath() {}

  /**
   * Checks the text alone.
   *
   * @throws DoptException (BAD_INPUT) for an absolute path, {@code .}, {@code ..}, empty names,
   *     backslashes, colons or control characters
   */
  static void requireRelative(String path) {
    for (String name : path.split("/", -1)) {
      if (name.isEmpty() || name.equals(".") || name.equals("..")) {
        throw outside(path);
      }
    }
    if (path.chars().anyMatch(c -> c == '\\' || c == ':' || c < ' ')) {
      throw outside(path);
    }
  }

  /**
   * The real file behind a manifest's path.
   *
   * @param root the bundle's folder, a real path
   * @throws DoptException (IO) when it is missing; (BAD_INPUT) when it lies outside the bundle,
   *     also through a symbolic link
   */
  static Path resolve(Path root, String path) {
    requireRelative(path);
    Path real;
    try {
      real = root.resolve(path).toRealPath();
    } catch (NoSuchFileException e) {
      throw new DoptException(
          ErrorCode.IO,
          "The bundle " + root + " lacks '" + path + "', which its manifest lists; compile again.",
          e);
    } catch (IOException e) {
      throw new DoptException(
          ErrorCode.IO, "'" + path + "' of the bundle " + root + " cannot be read: " + e, e);
    }
    if (!real.startsWith(root)) {
      throw outside(path);
    }
    return real;
  }

  private static DoptException outside(String path) {
    return new DoptException(
        ErrorCode.BAD_INPUT,
        "The manifest's path '" + path + "' is not a plain path inside the bundle; refused.");
  }
}
