package io.dopt.evals.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayerTableTest {
  @TempDir private Path folder;

  @Test
  void whatWasMeasuredAndWhatWasPlannedShareARow() throws IOException {
    LayerTable table = LayerTable.of(ExampleReport.writeGated(folder, 4));
    LayerRow first = table.rows().get(0);
    assertEquals("down_blocks.0.resnets.0.conv1", first.layer());
    assertEquals(Optional.of("float32"), first.planned());
    assertEquals(Optional.of(8.0), first.milliseconds());
    assertTrue(table.hasPrecision() && table.hasSensitivity() && table.hasReference());
    assertEquals(60, table.barWidth(first));
    assertEquals(30, table.barWidth(table.rows().get(1)));
    assertEquals(Optional.empty(), table.rows().get(39).planned(), "the recipe names 38 of 40");
  }

  @Test
  void aPrecisionThatIsOnlyStoredIsAsPlanned() {
    assertFalse(layer("fp8", "fp8 (computed in f32)").fellBack());
    assertFalse(layer("int8", "int8").fellBack());
    assertTrue(layer("int8", "f32").fellBack());
    assertTrue(layer("int8", "int8-weight").fellBack());
    assertFalse(
        new LayerPrecision("a/Conv", "int8", Optional.empty(), Optional.empty(), Optional.empty())
            .fellBack());
  }

  private static LayerPrecision layer(String planned, String found) {
    return new LayerPrecision(
        "a/Conv", planned, Optional.of(found), Optional.of("Conv"), Optional.empty());
  }

  @Test
  void thirtyRowsAreOpen() throws IOException {
    LayerTable table = LayerTable.of(ExampleReport.writeGated(folder, 4));
    assertEquals(List.of(30, 10), List.of(table.open().size(), table.more().size()));
  }
}
