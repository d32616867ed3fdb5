package io.dopt.tensorrt.library;

import java.io.IOException;
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
    Optional<LibraryVersion> version = version(folder.resolve(LibraryNames.RUNTIME));
    if (version.isPresent() && !LibraryNames.fits(version.get())) {
      return Optional.of(
          String.format(
              "TensorRT %s, where this dopt takes %s or a later %d",
              version.get(), LibraryNames.BINDINGS, LibraryNames.MAJOR));
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

  /** Read before it is loaded, as a process cannot load another one afterwards. */
  private static Optional<LibraryVersion> version(Path runtime) {
    try {
      return LibraryVersion.ofFileName(runtime.toRealPath().getFileName().toString());
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
