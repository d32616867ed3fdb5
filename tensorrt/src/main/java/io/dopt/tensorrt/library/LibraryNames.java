package io.dopt.tensorrt.library;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.tensorrt.global.nvinfer;

/** What TensorRT's files are called. */
final class LibraryNames {
  /** The major version that the bindings were made for, and the suffix of its files. */
  static final int MAJOR = nvinfer.NV_TENSORRT_MAJOR;

  /** The version that the bindings were made for; later ones of its major serve too. */
  static final LibraryVersion BINDINGS =
      new LibraryVersion(MAJOR, nvinfer.NV_TENSORRT_MINOR, nvinfer.NV_TENSORRT_PATCH);

  static final String RUNTIME = "libnvinfer.so." + MAJOR;
  static final String PARSER = "libnvonnxparser.so." + MAJOR;

  /** The builder's file of the redistributable. */
  static final String BUILDER_RESOURCE = "libnvinfer_builder_resource.so." + BINDINGS;

  private static final String ANY_RUNTIME = "libnvinfer.so.[0-9]*";
  private static final String ANY_BUILDER = "libnvinfer_builder_resource*.so.*";

  private LibraryNames() {}

  /** Whether the bindings can use it. */
  static boolean fits(LibraryVersion version) {
    return version.major() == MAJOR && version.compareTo(BINDINGS) >= 0;
  }

  /** As JavaCPP names this machine: {@code linux-x86_64}. */
  static String platform() {
    String processor =
        switch (System.getProperty("os.arch")) {
          case "aarch64" -> "arm64";
          case "amd64" -> "x86_64";
          default -> System.getProperty("os.arch");
        };
    return "linux-" + processor;
  }

  /** TensorRT's runtime of any version in a folder, sorted. */
  static List<Path> anyRuntime(Path folder) {
    return matching(folder, ANY_RUNTIME);
  }

  /** The files the builder takes its kernels from: one, or from 10.9 on one per architecture. */
  static List<Path> builderResources(Path folder) {
    return matching(folder, ANY_BUILDER);
  }

  private static List<Path> matching(Path folder, String glob) {
    List<Path> found = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, glob)) {
        files.forEach(found::add);
      } catch (IOException e) {
        // A folder that cannot be listed has nothing to offer.
      }
    }
    return found.stream().sorted().toList();
  }
}
