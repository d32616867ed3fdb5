package io.dopt.cli;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/** Whether a file can be written, asked before the work that makes its content. */
final class OutputFile {
  private OutputFile() {}

  /**
   * Refuses a file that is there.
   *
   * @param force whether a regular file may be replaced
   * @throws DoptException (IO) when it may not, or its folder can be neither used nor made
   */
  static void requireFree(Path file, boolean force) {
    if (Files.exists(file) && !(force && Files.isRegularFile(file))) {
      throw new DoptException(
          ErrorCode.IO, file + " already exists. Name another output, or replace it with --force.");
    }
    requirePlace(file);
  }

  /**
   * Refuses several outputs in one file, of which the last would be all that stays.
   *
   * @throws DoptException (USAGE) naming the file
   */
  static void requireDistinct(Collection<Path> files) {
    Set<Path> seen = new HashSet<>();
    for (Path file : files) {
      if (!seen.add(file.toAbsolutePath().normalize())) {
        throw new DoptException(
            ErrorCode.USAGE, file + " is named for more than one output. Give each its own file.");
      }
    }
  }

  /**
   * Refuses a place where no file can be.
   *
   * @throws DoptException (IO) naming the nearest part of the path that is no folder to write to
   */
  static void requirePlace(Path file) {
    Path place = file.toAbsolutePath().getParent();
    while (place != null && !Files.exists(place)) {
      place = place.getParent();
    }
    if (place != null && Files.isRegularFile(place)) {
      throw new DoptException(
          ErrorCode.IO, file + " cannot be written: " + place + " is a file, not a folder.");
    }
    if (place == null || !Files.isDirectory(place) || !Files.isWritable(place)) {
      throw new DoptException(
          ErrorCode.IO,
          file + " cannot be written: " + place + " is no folder that can be written to.");
    }
  }

  /** Makes the folder a file is to lie in. */
  static void createFolder(Path file) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
