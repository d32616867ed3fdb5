package io.dopt.compiler.build;

import io.dopt.compiler.cache.CacheKey;
import io.dopt.compiler.cache.CacheOptions;
import io.dopt.runtime.build.BuildHost;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * Where a build keeps what outlives it.
 *
 * @param timingCache measured times
 * @param logs of builds that failed, when they are kept in one place
 */
record BuildPlaces(Path timingCache, Optional<Path> logs) {
  private static final int KEY_DIGITS = 12;

  /**
   * In the cache; without one, times are kept for the length of this build and each log in a folder
   * of its own among the system's temporary files.
   *
   * @param work of this build
   */
  static BuildPlaces of(BuildRequest request, BuildHost host, Path work) {
    Path kept = request.cache().map(CacheOptions::folder).orElse(work);
    String machine =
        slug(host.device()) + "-" + slug(host.driver()) + "-trt" + slug(host.library());
    return new BuildPlaces(
        request
            .timingCache()
            .orElseGet(() -> kept.resolve("timing").resolve(machine + ".cache"))
            .toAbsolutePath(),
        request.cache().map(it -> it.folder().resolve("logs").toAbsolutePath()));
  }

  /**
   * Where to write the log of a plan. Its folder is there, and no other build's log has its name:
   * two may build the same plan at once.
   *
   * @throws DoptException (IO) when there is no place for it
   */
  Path log(String title, CacheKey key) {
    String name = slug(title) + "-" + key.content().substring(0, KEY_DIGITS);
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    try {
      if (logs.isPresent()) {
        Path folder = Files.createDirectories(logs.get());
        return folder.resolve(name + "-" + ProcessHandle.current().pid() + ".log");
      }
      // Others can neither guess such a folder's name nor open it.
      return Files.createTempDirectory(temporary, "dopt-build-")
          .toAbsolutePath()
          .resolve(name + ".log");
    } catch (IOException e) {
      throw new DoptException(
          ErrorCode.IO,
          String.format(
              "The log of a build cannot be written in %s: %s.", logs.orElse(temporary), e),
          e);
    }
  }

  /**
   * Gives up the place of a log that was moved.
   *
   * @throws IOException when it is still there
   */
  void release(Path log) throws IOException {
    if (logs.isEmpty()) {
      Files.delete(log.getParent());
    }
  }

  /** Gives up the place of a log that was never written. */
  void releaseUnused(Path log) {
    try {
      if (!Files.exists(log)) {
        release(log);
      }
    } catch (IOException e) {
      // What went wrong before matters more than a folder that stays.
    }
  }

  /** Letters, digits and points of a name: {@code NVIDIA H200} is {@code nvidia-h200}. */
  static String slug(String text) {
    return text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9._]+", "-");
  }
}
