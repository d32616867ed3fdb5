package io.dopt.tensorrt.library;

import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.tensorrt.global.nvinfer;

/** Where native libraries out of jars are unpacked to: {@code native/} in the cache of dopt. */
final class NativeCache {
  private NativeCache() {}

  /**
   * The folder for the bindings and the TensorRT that belongs to them.
   *
   * @param environment {@code DOPT_CACHE}, else {@code XDG_CACHE_HOME}, as for compiled components
   * @param home the user's home folder
   */
  static Path folder(Map<String, String> environment, Path home) {
    String own = environment.getOrDefault("DOPT_CACHE", "");
    String shared = environment.getOrDefault("XDG_CACHE_HOME", "");
    Path cache;
    if (!own.isEmpty()) {
      cache = Path.of(own);
    } else if (!shared.isEmpty()) {
      cache = Path.of(shared, "dopt");
    } else {
      cache = home.resolve(".cache").resolve("dopt");
    }
    String version =
        LibraryNames.BINDINGS + "." + nvinfer.NV_TENSORRT_BUILD + "-" + LibraryNames.platform();
    return cache.toAbsolutePath().resolve("native").resolve("tensorrt-" + version);
  }
}
