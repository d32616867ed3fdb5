package io.dopt.evals.resource;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The energy counters of processors (RAPL) as Linux shows them ({@code
 * Documentation/power/powercap/powercap.rst}): a folder per domain with {@code name}, {@code
 * energy_uj}, which counts microjoules up to {@code max_energy_range_uj} and starts again at zero.
 * They count all that the processor does, not this process alone.
 *
 * <p>Counted are the packages and their memory ({@code package-N} and {@code dram}). {@code core}
 * and {@code uncore} are parts of a package, {@code psys} and the {@code intel-rapl-mmio} folders
 * count packages again.
 *
 * <p>A counter that went round more than once between two readings cannot be told from one that did
 * not; ranges last for many minutes at full power, so readings belong around an image, not around a
 * run.
 */
public final class EnergyMeter {
  private static final Path POWERCAP = Path.of("/sys/class/powercap");
  private static final Pattern PACKAGE = Pattern.compile("package-\\d+");
  private static final String MEMORY = "dram";

  private final List<Counter> counters;

  private EnergyMeter(List<Counter> counters) {
    this.counters = List.copyOf(counters);
  }

  private record Counter(Path energy, long range) {}

  /** A reading of all counters, in microjoules. */
  public record Reading(List<Long> microjoules) {
    public Reading {
      microjoules = List.copyOf(microjoules);
    }
  }

  /** The meter of this machine; one without counters where there are none. */
  public static EnergyMeter ofThisMachine() {
    return at(POWERCAP);
  }

  /**
   * The meter of a folder of domains.
   *
   * @param root in the manner of {@code /sys/class/powercap}; need not exist
   */
  static EnergyMeter at(Path root) {
    List<Counter> counters = new ArrayList<>();
    if (Files.isDirectory(root)) {
      try (DirectoryStream<Path> domains = Files.newDirectoryStream(root, "intel-rapl:*")) {
        for (Path domain : domains) {
          String name = Files.readString(domain.resolve("name")).strip();
          if (PACKAGE.matcher(name).matches() || name.equals(MEMORY)) {
            counters.add(
                new Counter(
                    domain.resolve("energy_uj"), number(domain.resolve("max_energy_range_uj"))));
          }
        }
      } catch (IOException | NumberFormatException e) {
        // A sum without one of its parts would be too small.
        return new EnergyMeter(List.of());
      }
    }
    return new EnergyMeter(counters);
  }

  /** What the counters stand at; empty when there are none, or one cannot be read. */
  public Optional<Reading> read() {
    List<Long> microjoules = new ArrayList<>();
    for (Counter counter : counters) {
      try {
        microjoules.add(number(counter.energy));
      } catch (IOException | NumberFormatException e) {
        // Linux lets only root read them; then there is no measurement.
        return Optional.empty();
      }
    }
    return microjoules.isEmpty() ? Optional.empty() : Optional.of(new Reading(microjoules));
  }

  /**
   * The joules between two readings of this meter; empty when a counter stood still or fell by more
   * than its range: it does not count, as on some virtual machines.
   */
  public Optional<Double> joules(Reading before, Reading after) {
    double sum = 0;
    for (int i = 0; i < counters.size(); i++) {
      double difference = (double) after.microjoules.get(i) - before.microjoules.get(i);
      double counted = difference < 0 ? difference + counters.get(i).range : difference;
      if (counted <= 0) {
        return Optional.empty();
      }
      sum += counted;
    }
    return Optional.of(sum / 1e6);
  }

  private static long number(Path file) throws IOException {
    return Long.parseLong(Files.readString(file).strip());
  }
}
