package io.dopt.evals.resource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** The most memory this process has held resident. */
public final class PeakMemory {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String HIGH_WATER_MARK = "VmHWM:";

  private PeakMemory() {}

  /** Bytes, as Linux counts them; empty on other systems. */
  public static Optional<Long> bytes() {
    if (!Files.isReadable(STATUS)) {
      return Optional.empty();
    }
    try (Stream<String> lines = Files.lines(STATUS)) {
      return lines
          .filter(line -> line.startsWith(HIGH_WATER_MARK))
          .findFirst()
          .map(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024);
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
