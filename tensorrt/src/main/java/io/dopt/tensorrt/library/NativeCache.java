package io.dopt.tensorrt.library;

import io.dopt.tensor.UserCache;
import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.tensorrt.global.nvinfer;

/** Where native libraries out of jars are unpacked to: {@code native/} in the {@link UserCache}. */
final class NativeCache {
  private NativeCache() {}

  /**
   * The folder for the bindings and the TensorRT that belongs to them.
   *
   * @param environment the process's environment variables
   * @param home the user's home folder
   */
  static Path folder(Map<String, String> environment, Path home) {
    String version =
        LibraryNames.BINDINGS + "." + nvinfer.NV_TENSORRT_BUILD + "-" + LibraryNames.platform();
    return UserCache.folder(environment, home).resolve("native").resolve("tensorrt-" + version);
  }
}
