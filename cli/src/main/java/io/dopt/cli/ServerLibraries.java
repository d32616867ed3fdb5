package io.dopt.cli;

import io.dopt.compiler.DoptVersion;
import io.dopt.compiler.deploy.oci.RuntimeLibrary;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

/**
 * The files of the server and of all it needs, found on dopt's own class path by the lists that
 * Maven wrote into the modules ({@code libraries.txt}).
 */
final class ServerLibraries {
  private static final String SERVER_LIST = "/io/dopt/server/libraries.txt";
  private static final String TENSOR_RT_LIST = "/io/dopt/tensorrt/libraries.txt";

  /** One line: {@code group:artifact:jar[:classifier]:version:scope -- module ...}. */
  private record Coordinates(String group, String artifact, String classifier, String version) {
    static Optional<Coordinates> parse(String line) {
      String[] parts = line.strip().split(" ")[0].split(":");
      return switch (parts.length) {
        case 5 -> Optional.of(new Coordinates(parts[0], parts[1], "", parts[3]));
        case 6 -> Optional.of(new Coordinates(parts[0], parts[1], parts[3], parts[4]));
        default -> Optional.empty();
      };
    }

    String fileName() {
      return artifact + "-" + version + (classifier.isEmpty() ? "" : "-" + classifier) + ".jar";
    }
  }

  private ServerLibraries() {}

  /**
   * The libraries.
   *
   * @param plans whether plans are to be run; TensorRT itself is the image's
   * @throws DoptException (UNSUPPORTED) when plans are to be run and this dopt was built without
   *     the profile {@code gpu}; (IO) when a library is not where dopt lies
   */
  static List<RuntimeLibrary> find(boolean plans) {
    List<String> lines = new ArrayList<>(lines(SERVER_LIST).orElseThrow());
    lines.add("io.dopt:dopt-server:jar:" + DoptVersion.read() + ":compile");
    if (plans) {
      lines.addAll(
          lines(TENSOR_RT_LIST)
              .orElseThrow(
                  () ->
                      new DoptException(
                          ErrorCode.UNSUPPORTED,
                          "The bundle has TensorRT plans, and this dopt was built without what runs"
                              + " them. Build it with './mvnw -Pgpu -DskipTests package'.")));
      lines.add("io.dopt:dopt-tensorrt:jar:" + DoptVersion.read() + ":compile");
    }
    Collection<Path> classPath = classPath();
    List<RuntimeLibrary> libraries = new ArrayList<>();
    Set<String> names = new TreeSet<>();
    for (String line : lines) {
      Optional<Coordinates> coordinates = Coordinates.parse(line);
      if (coordinates.isPresent()
          && !coordinates.get().classifier.endsWith("-redist")
          && names.add(coordinates.get().fileName())) {
        libraries.add(find(coordinates.get(), classPath));
      }
    }
    return libraries;
  }

  private static RuntimeLibrary find(Coordinates wanted, Collection<Path> classPath) {
    for (Path place : classPath) {
      if (place.getFileName().toString().equals(wanted.fileName())) {
        return new RuntimeLibrary(wanted.fileName(), place);
      }
      String module = wanted.artifact.replaceFirst("^dopt-", "");
      if (wanted.group.equals("io.dopt") && place.endsWith(Path.of(module, "target", "classes"))) {
        return new RuntimeLibrary(wanted.fileName(), place);
      }
    }
    throw new DoptException(
        ErrorCode.IO,
        "The library "
            + wanted.fileName()
            + " is not beside dopt. Build dopt again with './mvnw -DskipTests package'.");
  }

  private static Optional<List<String>> lines(String resource) {
    try (InputStream in = ServerLibraries.class.getResourceAsStream(resource)) {
      return in == null
          ? Optional.empty()
          : Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList());
    } catch (IOException e) {
      throw new UncheckedIOException(resource, e);
    }
  }

  /** Every jar and folder, those that a jar's manifest names included. */
  private static Collection<Path> classPath() {
    Set<Path> found = new LinkedHashSet<>();
    Deque<Path> open = new ArrayDeque<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      open.add(Path.of(entry).toAbsolutePath().normalize());
    }
    while (!open.isEmpty()) {
      Path place = open.remove();
      if (Files.exists(place) && found.add(place) && Files.isRegularFile(place)) {
        open.addAll(namedBy(place));
      }
    }
    return found;
  }

  private static List<Path> namedBy(Path jar) {
    try (JarFile file = new JarFile(jar.toFile())) {
      Manifest manifest = file.getManifest();
      String named =
          manifest == null
              ? null
              : manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
      List<Path> places = new ArrayList<>();
      for (String entry : named == null ? new String[0] : named.strip().split(" +")) {
        URI place = jar.toUri().resolve(entry);
        if ("file".equals(place.getScheme())) {
          places.add(Path.of(place).toAbsolutePath().normalize());
        }
      }
      return places;
    } catch (IOException e) {
      return List.of(); // not a jar, and so names none
    }
  }
}
