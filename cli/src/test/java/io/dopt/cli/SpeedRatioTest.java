package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.evals.statistics.Interval;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SpeedRatioTest {
  private static SpeedRatio ratio(double value, double low, double high) {
    return new SpeedRatio(
        value, Optional.of(new Interval(low, high)), 100 * value, 100, 5, "float32");
  }

  @Test
  void onlyAWholeIntervalBeyondTheLimitIsSlower() {
    assertTrue(ratio(1.2, 1.01, 1.4).isSlowerThan(1));
    assertFalse(ratio(1.2, 0.99, 1.4).isSlowerThan(1));
    assertFalse(ratio(1.04, 1.01, 1.06).isSlowerThan(1.05));
  }

  @Test
  void samplesGiveTheRatioOfTheirMedians() {
    SpeedRatio ratio =
        SpeedRatio.of(List.of(5.0, 5.0, 5.0, 6.0, 90.0), List.of(10.0, 10.0, 9.0, 10.0, 11.0));
    assertEquals(0.5, ratio.ratio(), 1e-9);
    assertEquals(5, ratio.milliseconds());
    assertEquals(5, ratio.calls());
    assertFalse(ratio.isSlowerThan(1));
    assertTrue(SpeedRatio.of(List.of(3.0, 3.0), List.of(2.0, 2.0)).isSlowerThan(1));
  }

  @Test
  void readsAsASentence() {
    assertTrue(ratio(0.45, 0.44, 0.47).against("f16").text().startsWith("0.45x the time of f16"));
    assertEquals(
        "0.45x the time of float32 (95%: 0.44 to 0.47; 45.00 ms, was 100 ms)",
        ratio(0.45, 0.44, 0.47).text());
  }
}
