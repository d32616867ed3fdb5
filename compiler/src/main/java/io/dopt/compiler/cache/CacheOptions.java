package io.dopt.compiler.cache;

import java.nio.file.Path;
import java.util.Map;

/**
 * Where compiled components are kept.
 *
 * @param folder the cache; created when missing
 * @param limitBytes the components used longest ago are deleted beyond this size
 */
public record CacheOptions(Path folder, long limitBytes) {
  /** 20 GiB: one SDXL and two SD1.5 in float32. */
  public static final long DEFAULT_LIMIT_BYTES = 20L << 30;

  /**
   * The user's cache: {@code $DOPT_CACHE}, else {@code $XDG_CACHE_HOME/dopt}, else {@code
   * ~/.cache/dopt}.
   *
   * @param environment the process's environment variables
   * @param home the user's home folder
   */
  public static CacheOptions standard(Map<String, String> environment, Path home) {
    String own = environment.getOrDefault("DOPT_CACHE", "");
    String shared = environment.getOrDefault("XDG_CACHE_HOME", "");
    Path folder;
    if (!own.isEmpty()) {
      folder = Path.of(own);
    } else if (!shared.isEmpty()) {
      folder = Path.of(shared, "dopt");
    } else {
      folder = home.resolve(".cache").resolve("dopt");
    }
    return new CacheOptions(folder.toAbsolutePath(), DEFAULT_LIMIT_BYTES);
  }
}
