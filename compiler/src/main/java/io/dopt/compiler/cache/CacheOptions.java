package io.dopt.compiler.cache;

import io.dopt.tensor.UserCache;
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
   * The {@link UserCache}.
   *
   * @param environment the process's environment variables
   * @param home the user's home folder
   */
  public static CacheOptions standard(Map<String, String> environment, Path home) {
    return new CacheOptions(UserCache.folder(environment, home), DEFAULT_LIMIT_BYTES);
  }
}
