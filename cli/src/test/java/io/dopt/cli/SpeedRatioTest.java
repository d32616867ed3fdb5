package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.evals.statistics.Interval;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SpeedRatioTest {
  private static SpeedRatio ratio(double value, double low, double high) {
    return new SpeedRatio(value, Optional.of(new Interval(low, high)), 100 * value, 100, 5);
  }

  @Test
  void onlyAWholeIntervalBeyondTheLimitIsSlower() {
    assertTrue(ratio(1.2, 1.01, 1.4).isSlowerThan(1));
    assertFalse(ratio(1.2, 0.99, 1.4).isSlowerThan(1));
    assertFalse(ratio(1.04, 1.01, 1.06).isSlowerThan(1.05));
  }

  @Test
  void readsAsASentence() {
    assertEquals(
        "0.45x the time of float32 (95%: 0.44 to 0.47; 45.00 ms, was 100 ms)",
        ratio(0.45, 0.44, 0.47).text());
  }
}
