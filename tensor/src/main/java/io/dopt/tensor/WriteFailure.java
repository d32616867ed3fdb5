package io.dopt.tensor;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Turns a failure to write into the error a user sees. */
public final class WriteFailure {
  /** What Linux, macOS and Windows say; Java has no exception type for a full disk. */
  private static final List<String> FULL_DISK =
      List.of("no space left on device", "not enough space on the disk", "disk quota exceeded");

  private WriteFailure() {}

  /**
   * The error for {@code cause}, met while writing {@code neededBytes} bytes to {@code path}.
   *
   * @param neededBytes size of the whole file, 0 when unknown
   */
  public static DoptException of(Path path, long neededBytes, IOException cause) {
    String reason = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    String needed = neededBytes > 0 ? " (" + neededBytes + " bytes)" : "";
    String message;
    if (FULL_DISK.stream().anyMatch(reason.toLowerCase(Locale.ROOT)::contains)) {
      message =
          String.format(
              "%s%s cannot be written: the disk is full. Free some space or name an output on"
                  + " another disk.",
              path, needed);
    } else if (cause instanceof AccessDeniedException) {
      message =
          String.format(
              "%s%s cannot be written: permission denied. Name an output you may write to.",
              path, needed);
    } else {
      message = String.format("%s%s cannot be written: %s.", path, needed, reason);
    }
    return new DoptException(ErrorCode.IO, message, cause);
  }
}
