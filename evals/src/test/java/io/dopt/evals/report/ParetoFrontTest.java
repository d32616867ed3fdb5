package io.dopt.evals.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParetoFrontTest {
  @TempDir private Path folder;

  @Test
  void whatIsBeatenInBothIsNotOnTheFront() throws IOException {
    ParetoFront front = ParetoFront.of(ExampleReport.writeGated(folder, 5));
    assertEquals(
        List.of("shapes-int8", "shapes-auto", "shapes-int4", "shapes-fp8"),
        front.points().stream().map(ParetoPoint::label).toList());
    assertEquals(
        List.of(true, true, false, false),
        front.points().stream().map(ParetoPoint::onFront).toList());
    assertEquals(
        List.of(true, false, false, false),
        front.points().stream().map(ParetoPoint::candidate).toList());
    assertEquals(160 / (160 * 1.8), front.points().get(0).relativeStepTime(), 1e-12);
  }

  @Test
  void theNoiseFloorIsNoQuality() throws IOException {
    ParetoFront front = ParetoFront.of(ExampleReport.write(folder, 5));
    assertEquals(List.of(), front.points());
    assertEquals(Optional.empty(), front.plot());
  }
}
