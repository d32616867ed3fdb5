package io.dopt.compiler.build;

import io.dopt.compiler.cache.CacheKey;
import io.dopt.compiler.cache.CacheOptions;
import io.dopt.runtime.build.BuildHost;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Where a build keeps what outlives it.
 *
 * @param timingCache measured times
 * @param logs of builds that failed
 */
record BuildPlaces(Path timingCache, Path logs) {
  private static final int KEY_DIGITS = 12;

  /**
   * In the cache; without one, times are kept for the length of this build and logs among the
   * system's temporary files.
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
        request
            .cache()
            .map(it -> it.folder().resolve("logs"))
            .orElseGet(() -> Path.of(System.getProperty("java.io.tmpdir"), "dopt-build-logs"))
            .toAbsolutePath());
  }

  /** The log of a plan; the next build of the same plan replaces it. */
  Path log(String title, CacheKey key) {
    return logs.resolve(slug(title) + "-" + key.content().substring(0, KEY_DIGITS) + ".log");
  }

  /** Letters, digits and points of a name: {@code NVIDIA H200} is {@code nvidia-h200}. */
  static String slug(String text) {
    return text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9._]+", "-");
  }
}
