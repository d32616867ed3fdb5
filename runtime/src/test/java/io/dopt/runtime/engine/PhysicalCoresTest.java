package io.dopt.runtime.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PhysicalCoresTest {
  @TempDir private Path cpus;

  @Test
  void countsHardwareThreadsOfOneCoreOnce() throws IOException {
    List<String> siblings = List.of("0,2", "1,3", "0,2", "1,3");
    for (int cpu = 0; cpu < siblings.size(); cpu++) {
      Path topology = Files.createDirectories(cpus.resolve("cpu" + cpu + "/topology"));
      Files.writeString(topology.resolve("thread_siblings_list"), siblings.get(cpu) + "\n");
    }
    Files.createDirectories(cpus.resolve("cpufreq"));
    assertEquals(2, PhysicalCores.countSiblingSets(cpus));
  }

  @Test
  void neverExceedsWhatTheJvmMayUse() {
    int available = PhysicalCores.available();
    assertTrue(available >= 1 && available <= Runtime.getRuntime().availableProcessors());
    assertEquals(0, PhysicalCores.countSiblingSets(cpus.resolve("absent")));
  }
}
