package io.dopt.tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder in the system's place for temporary files, gone with all it holds when it is closed.
 * What belongs beside an output is {@link OutputFolder#temporary}.
 *
 * @param path of the folder
 */
public record TemporaryFolder(Path path) implements AutoCloseable {
  /**
   * Makes one.
   *
   * @param prefix what its name begins with
   * @throws DoptException (IO) when there is no place for it
   */
  public static TemporaryFolder create(String prefix) {
    try {
      return new TemporaryFolder(Files.createTempDirectory(prefix));
    } catch (IOException e) {
      throw new DoptException(
          ErrorCode.IO,
          "There is no place for temporary files: " + e + ". Free some, or set java.io.tmpdir.",
          e);
    }
  }

  /**
   * Removes the folder.
   *
   * @throws DoptException (IO) when something in it stays
   */
  @Override
  public void close() {
    try (Stream<Path> found = Files.walk(path)) {
      List<Path> deepestFirst = found.sorted(Comparator.reverseOrder()).toList();
      for (Path each : deepestFirst) {
        Files.delete(each);
      }
    } catch (IOException e) {
      throw new DoptException(
          ErrorCode.IO, path + " cannot be removed: " + e + ". Delete it by hand.", e);
    }
  }
}
