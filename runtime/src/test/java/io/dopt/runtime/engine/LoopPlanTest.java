package io.dopt.runtime.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoopPlanTest {
  @ParameterizedTest
  @CsvSource({
    // SD 1.5 at 512x512: 50 steps, with guidance; the same ancestral; SDXL at 1024x1024, batch 4
    "50, 2, 0, 16384, 101, 6619136",
    "50, 2, 50, 16384, 151, 9895936",
    "30, 2, 0, 262144, 61, 63963136",
    "4, 1, 3, 65536, 8, 2097152",
    "1, 1, 0, 1, 2, 8",
    // the largest that fits
    "1000, 2, 1000, 178895, 3001, 2147455580",
  })
  void countsRowsAndBytes(int steps, int copies, int draws, int elements, int rows, long bytes) {
    assertEquals(rows, LoopPlan.rows(steps, copies, draws));
    assertEquals(bytes, LoopPlan.historyBytes(steps, copies, draws, elements));
    LoopPlan.requireHistoryFits(steps, copies, draws, elements);
  }

  @Test
  void refusesAHistoryOfTwoGibibytes() {
    DoptException refused =
        assertThrows(
            DoptException.class, () -> LoopPlan.requireHistoryFits(1000, 2, 999, 4 * 65536));
    assertEquals(ErrorCode.UNSUPPORTED, refused.code());
    assertEquals(
        "A loop on the device keeps every step's output: 1000 steps with 2 outputs each and 999"
            + " draws of noise are 3000 rows of 262144 values, 2.9 GiB, and it holds less than 2"
            + " GiB. Take fewer steps or a smaller batch or size.",
        refused.getMessage());
    assertThrows(
        DoptException.class, () -> LoopPlan.requireHistoryFits(1, 1, 0, Integer.MAX_VALUE));
  }

  @Test
  void laysRowsOutByKind() {
    LoopPlan plan = plan(3, 2, List.of(new float[4], new float[4]));
    assertEquals(9, plan.rows());
    assertEquals(1, plan.outputRow(0, 0));
    assertEquals(6, plan.outputRow(2, 1));
    assertEquals(8, plan.noiseRow(1));
    assertEquals(9 * 4 * 4, plan.historyBytes());
    assertEquals(Map.of("copies", 2L, "rows", 9L, "elements", 4L), plan.samplerBindings());
    assertEquals("Interrupted after 2 of 3 steps.", plan.interrupted(2).getMessage());
  }

  @Test
  void refusesPartsThatDoNotFit() {
    assertThrows(IllegalArgumentException.class, () -> plan(0, 1, List.of()));
    assertThrows(IllegalArgumentException.class, () -> plan(2, 3, List.of()));
    assertThrows(IllegalArgumentException.class, () -> plan(2, 1, List.of(new float[3])));
    LoopPlan plan = plan(2, 1, List.of());
    assertThrows(
        IllegalArgumentException.class,
        () -> new LoopPlan(new double[3], plan.coefficients(), 1, plan.start(), List.of()));
    assertThrows(
        IllegalArgumentException.class,
        () -> new LoopPlan(new double[2], plan.coefficients(), 2, plan.start(), List.of()));
  }

  private static LoopPlan plan(int steps, int copies, List<float[]> noise) {
    float[][] coefficients = new float[steps + 1][1 + steps * copies + noise.size()];
    return new LoopPlan(new double[steps], coefficients, copies, new float[4], noise);
  }
}
