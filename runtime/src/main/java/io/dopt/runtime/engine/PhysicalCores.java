package io.dopt.runtime.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;

/**
 * How many cores this process may compute on. ONNX Runtime's own choice ignores the limits of a
 * container and pins its threads, which two processes on one machine pay for.
 */
final class PhysicalCores {
  private static final Path LINUX_CPUS = Path.of("/sys/devices/system/cpu");

  private PhysicalCores() {}

  /** The physical cores, where the system tells them, but no more than the JVM may use. */
  static int available() {
    int processors = Runtime.getRuntime().availableProcessors();
    int cores = countSiblingSets(LINUX_CPUS);
    return cores == 0 ? processors : Math.min(cores, processors);
  }

  /** Distinct sets of hardware threads that share a core; 0 where the folder does not tell. */
  static int countSiblingSets(Path cpus) {
    Set<String> siblings = new HashSet<>();
    try (Stream<Path> folders = Files.list(cpus)) {
      for (Path folder : (Iterable<Path>) folders::iterator) {
        Path list = folder.resolve("topology/thread_siblings_list");
        if (Files.isReadable(list)) {
          siblings.add(Files.readString(list).strip());
        }
      }
      return siblings.size();
    } catch (IOException e) {
      return 0;
    }
  }
}
