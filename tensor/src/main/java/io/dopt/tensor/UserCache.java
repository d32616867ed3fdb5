package io.dopt.tensor;

import java.nio.file.Path;
import java.util.Map;

/** Where dopt keeps what it can make again. */
public final class UserCache {
  private UserCache() {}

  /**
   * The user's cache, absolute: {@code $DOPT_CACHE}, else {@code $XDG_CACHE_HOME/dopt} (XDG Base
   * Directory Specification), else {@code ~/.cache/dopt}. It need not exist.
   *
   * @param environment the process's environment variables; an empty one counts as not set
   * @param home the user's home folder
   */
  public static Path folder(Map<String, String> environment, Path home) {
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
    return folder.toAbsolutePath();
  }
}
