package io.dopt.tensorrt.library;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A version of TensorRT.
 *
 * @param major decides what a program can be linked with, and which plans can be loaded
 * @param minor later ones serve programs that were linked with earlier ones
 * @param patch differs in mended defects
 */
public record LibraryVersion(int major, int minor, int patch)
    implements Comparable<LibraryVersion> {
  private static final Comparator<LibraryVersion> ORDER =
      Comparator.comparingInt(LibraryVersion::major)
          .thenComparingInt(LibraryVersion::minor)
          .thenComparingInt(LibraryVersion::patch);

  private static final Pattern IN_FILE_NAME =
      Pattern.compile(".*\\.so\\.([0-9]{1,4})\\.([0-9]{1,4})\\.([0-9]{1,4})(\\..*)?");

  /** The version in a library's whole name, {@code libnvinfer.so.10.6.0}; empty without one. */
  static Optional<LibraryVersion> ofFileName(String name) {
    Matcher parts = IN_FILE_NAME.matcher(name);
    return parts.matches()
        ? Optional.of(
            new LibraryVersion(
                Integer.parseInt(parts.group(1)),
                Integer.parseInt(parts.group(2)),
                Integer.parseInt(parts.group(3))))
        : Optional.empty();
  }

  /** As {@code getInferLibVersion} of TensorRT 10 counts: 100600 is 10.6.0. */
  static LibraryVersion ofNumber(int number) {
    return new LibraryVersion(number / 10_000, number / 100 % 100, number % 100);
  }

  @Override
  public int compareTo(LibraryVersion other) {
    return ORDER.compare(this, other);
  }

  /** As NVIDIA writes it: {@code 10.6.0}. */
  @Override
  public String toString() {
    return major + "." + minor + "." + patch;
  }
}
