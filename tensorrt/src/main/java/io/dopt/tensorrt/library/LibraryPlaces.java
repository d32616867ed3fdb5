package io.dopt.tensorrt.library;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Where TensorRT may be installed, in the order in which it is looked for. */
final class LibraryPlaces {
  /** The system property that names TensorRT's folder. */
  static final String PROPERTY = "dopt.tensorrt";

  /** The environment variable that does. */
  static final String VARIABLE = "DOPT_TENSORRT";

  /** What either is set to for the one in the class path, wherever another is installed. */
  static final String BUNDLED = "bundled";

  private static final List<String> USUAL =
      List.of(
          "/usr/lib/x86_64-linux-gnu",
          "/usr/lib/aarch64-linux-gnu",
          "/usr/lib64",
          "/usr/local/lib",
          "/usr/local/tensorrt/lib",
          "/usr/local/TensorRT/lib",
          "/opt/tensorrt/lib");

  private LibraryPlaces() {}

  /**
   * The places, best first; none when only the class path counts.
   *
   * @param named the value of {@link #PROPERTY}, may be null
   * @param environment the process's variables
   */
  static List<LibraryPlace> of(String named, Map<String, String> environment) {
    String variable = environment.getOrDefault(VARIABLE, "");
    boolean byProperty = named != null && !named.isEmpty();
    String wanted = byProperty ? named : variable;
    if (wanted.equals(BUNDLED)) {
      return List.of();
    }
    if (!wanted.isEmpty()) {
      return named(wanted, byProperty ? "-D" + PROPERTY : VARIABLE);
    }
    Map<Path, String> places = new LinkedHashMap<>();
    Stream.of(environment.getOrDefault("LD_LIBRARY_PATH", "").split(File.pathSeparator))
        .filter(folder -> !folder.isEmpty())
        .forEach(folder -> places.putIfAbsent(Path.of(folder), "LD_LIBRARY_PATH"));
    USUAL.forEach(folder -> places.putIfAbsent(Path.of(folder), "the usual folders"));
    linkerCache().forEach(folder -> places.putIfAbsent(folder, "the cache of ldconfig"));
    List<LibraryPlace> all = new ArrayList<>();
    places.forEach((folder, why) -> all.add(new LibraryPlace(folder, why, false)));
    return all;
  }

  /** A TensorRT archive keeps its libraries in {@code lib}; either may be named. */
  private static List<LibraryPlace> named(String folder, String why) {
    Path root = Path.of(folder).toAbsolutePath();
    Path inner = root.resolve("lib");
    boolean archive = LibraryNames.anyRuntime(root).isEmpty() && Files.isDirectory(inner);
    return List.of(new LibraryPlace(archive ? inner : root, why, true));
  }

  /** The folders from which the dynamic linker would take TensorRT. */
  private static List<Path> linkerCache() {
    try {
      Process process =
          new ProcessBuilder("/sbin/ldconfig", "-p")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      process.getOutputStream().close();
      String listing = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor(10, TimeUnit.SECONDS);
      return foldersIn(listing);
    } catch (IOException e) {
      return List.of();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    }
  }

  /** Lines are {@code libnvinfer.so.10 (libc6,x86-64) => /usr/lib/libnvinfer.so.10}. */
  static List<Path> foldersIn(String listing) {
    return listing
        .lines()
        .map(String::strip)
        .filter(line -> line.startsWith("libnvinfer.so.") && line.contains("=> "))
        .map(line -> Path.of(line.substring(line.indexOf("=> ") + 3)).getParent())
        .distinct()
        .toList();
  }
}
