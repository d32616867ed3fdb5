package io.dopt.cli;

import ai.onnxruntime.OrtEnvironment;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * ONNX Runtime's native libraries, unpacked once beside the build. Left to itself it unpacks 30 MB
 * in every process and leaves an empty folder behind.
 */
final class EngineLibrary {
  private static final List<String> NAMES = List.of("onnxruntime", "onnxruntime4j_jni");

  private EngineLibrary() {}

  /**
   * Unpacks the libraries if need be and points ONNX Runtime at them; to be called before it is
   * loaded. Where that does not work out, it unpacks them for itself as ever.
   *
   * @param folder where to keep them
   */
  static void prepare(Path folder) {
    Optional<String> platform = platform();
    // Naming the class does not load the library.
    String version = OrtEnvironment.class.getPackage().getImplementationVersion();
    if (platform.isEmpty() || version == null) {
      return;
    }
    try {
      Path home = folder.resolve("onnxruntime-" + version);
      for (String name : NAMES) {
        String file = System.mapLibraryName(name);
        if (!Files.exists(home.resolve(file))
            && !unpack("/ai/onnxruntime/native/" + platform.get() + "/" + file, home, file)) {
          return;
        }
      }
      System.setProperty("onnxruntime.native.path", home.toString());
    } catch (IOException e) {
      // A folder that cannot be written, or a full disk, is no reason to fail yet.
    }
  }

  /** Unpacks one file; two processes at once do no harm. */
  private static boolean unpack(String resource, Path home, String file) throws IOException {
    try (InputStream in = OrtEnvironment.class.getResourceAsStream(resource)) {
      if (in == null) {
        return false;
      }
      Files.createDirectories(home);
      Path part = Files.createTempFile(home, file, ".part");
      try {
        Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
        Files.move(part, home.resolve(file), StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(part);
      }
      return true;
    }
  }

  /** The folder's name in ONNX Runtime's jar. */
  private static Optional<String> platform() {
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String processor =
        switch (System.getProperty("os.arch")) {
          case "amd64", "x86_64" -> "x64";
          case "aarch64" -> "aarch64";
          default -> "";
        };
    if (processor.isEmpty()) {
      return Optional.empty();
    }
    if (system.contains("linux")) {
      return Optional.of("linux-" + processor);
    }
    if (system.contains("mac")) {
      return Optional.of("osx-" + processor);
    }
    return system.contains("windows") ? Optional.of("win-" + processor) : Optional.empty();
  }
}
