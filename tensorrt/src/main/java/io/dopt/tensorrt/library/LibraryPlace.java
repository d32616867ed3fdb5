package io.dopt.tensorrt.library;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A folder that may hold TensorRT.
 *
 * @param folder the folder
 * @param why who says so, for messages: {@code LD_LIBRARY_PATH}
 * @param named whether the user named it, so that no other is looked at
 */
record LibraryPlace(Path folder, String why, boolean named) {
  /** What keeps it from serving; empty when it has all that is needed. */
  Optional<String> problem(LibraryPurpose purpose) {
    if (!folder.resolve(LibraryNames.RUNTIME).toFile().isFile()) {
      return Optional.of("no " + LibraryNames.RUNTIME);
    }
    if (purpose.needsParser() && !folder.resolve(LibraryNames.PARSER).toFile().isFile()) {
      return Optional.of("no " + LibraryNames.PARSER);
    }
    if (purpose.needsBuilder() && LibraryNames.builderResources(folder).isEmpty()) {
      return Optional.of(
          "no libnvinfer_builder_resource.so.*, so it runs plans and builds none (NVIDIA's package"
              + " is libnvinfer-dev, or the whole TensorRT archive)");
    }
    return Optional.empty();
  }
}
