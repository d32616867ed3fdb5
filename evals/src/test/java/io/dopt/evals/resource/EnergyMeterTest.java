package io.dopt.evals.resource;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dopt.evals.resource.EnergyMeter.Reading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnergyMeterTest {
  @TempDir private Path root;

  @Test
  void addsPackagesAndTheirMemoryAndNothingTwice() throws IOException {
    domain("intel-rapl:0", "package-0", 1_000_000);
    domain("intel-rapl:0:0", "core", 5_000_000);
    domain("intel-rapl:0:1", "dram", 2_000_000);
    domain("intel-rapl:1", "package-1", 3_000_000);
    domain("intel-rapl:2", "psys", 9_000_000);
    domain("intel-rapl-mmio:0", "package-0", 1_000_000);
    EnergyMeter meter = EnergyMeter.at(root);
    Reading before = meter.read().orElseThrow();
    assertEquals(3, before.microjoules().size());
    energy("intel-rapl:0", 1_500_000);
    energy("intel-rapl:0:0", 5_400_000);
    energy("intel-rapl:0:1", 2_250_000);
    energy("intel-rapl:1", 4_000_000);
    assertEquals(Optional.of(1.75), meter.joules(before, meter.read().orElseThrow()));
  }

  @Test
  void aCounterThatWentRoundGoesOn() throws IOException {
    domain("intel-rapl:0", "package-0", 262_143_000_000L);
    EnergyMeter meter = EnergyMeter.at(root);
    Reading before = meter.read().orElseThrow();
    energy("intel-rapl:0", 671_150);
    // 328850 microjoules to the end of the range of 262143328850, then 671150.
    assertEquals(Optional.of(1.0), meter.joules(before, meter.read().orElseThrow()));
  }

  @Test
  void aCounterThatStandsStillMeasuresNothing() throws IOException {
    domain("intel-rapl:0", "package-0", 0);
    EnergyMeter meter = EnergyMeter.at(root);
    Reading before = meter.read().orElseThrow();
    assertEquals(Optional.empty(), meter.joules(before, meter.read().orElseThrow()));
  }

  @Test
  void noCountersAreNoMeasurement() throws IOException {
    assertEquals(Optional.empty(), EnergyMeter.at(root.resolve("none")).read());
    assertEquals(Optional.empty(), EnergyMeter.at(root).read());
    domain("intel-rapl:0", "psys", 1);
    assertEquals(Optional.empty(), EnergyMeter.at(root).read());
  }

  @Test
  void aCounterThatCannotBeReadIsNoMeasurement() throws IOException {
    domain("intel-rapl:0", "package-0", 1);
    domain("intel-rapl:1", "package-1", 1);
    EnergyMeter meter = EnergyMeter.at(root);
    for (String text : List.of("", "many", "1e6")) {
      Files.writeString(root.resolve("intel-rapl:1/energy_uj"), text);
      assertEquals(Optional.empty(), meter.read(), text);
    }
    Files.delete(root.resolve("intel-rapl:1/energy_uj"));
    assertEquals(Optional.empty(), meter.read());
  }

  @Test
  void aDomainWithoutARangeIsNoMeasurement() throws IOException {
    domain("intel-rapl:0", "package-0", 1);
    domain("intel-rapl:1", "package-1", 1);
    Files.delete(root.resolve("intel-rapl:1/max_energy_range_uj"));
    assertEquals(Optional.empty(), EnergyMeter.at(root).read());
  }

  private void domain(String folder, String name, long microjoules) throws IOException {
    Files.createDirectories(root.resolve(folder));
    Files.writeString(root.resolve(folder + "/name"), name + "\n");
    Files.writeString(root.resolve(folder + "/max_energy_range_uj"), "262143328850\n");
    energy(folder, microjoules);
  }

  private void energy(String folder, long microjoules) throws IOException {
    Files.writeString(root.resolve(folder + "/energy_uj"), microjoules + "\n");
  }
}
