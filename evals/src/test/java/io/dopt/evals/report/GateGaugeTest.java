package io.dopt.evals.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dopt.evals.statistics.Interval;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GateGaugeTest {
  @Test
  void theIntervalLiesOnTheGoodSideOfAFloor() {
    // From 25 to 45 with a quarter of that on both sides is 20 to 50.
    assertEquals(
        Optional.of(new GateGauge("16.7", "66.7", "50.0", "83.3", true, "83.3")),
        GateGauge.of(gate("psnr.mean>=25", 25, Optional.of(40.0), new Interval(35, 45))));
  }

  @Test
  void theGoodSideOfACeilingIsItsLeft() {
    assertEquals(
        Optional.of(new GateGauge("83.3", "33.3", "16.7", "50.0", false, "83.3")),
        GateGauge.of(gate("latency.p50<=45ms", 45, Optional.of(30.0), new Interval(25, 35))));
  }

  @Test
  void withoutAValueThereIsNothingToDraw() {
    assertEquals(
        Optional.empty(),
        GateGauge.of(gate("psnr.mean>=25", 25, Optional.empty(), new Interval(0, 1))));
  }

  private static GateResult gate(
      String gate, double limit, Optional<Double> value, Interval interval) {
    return new GateResult(
        gate,
        GateKind.QUALITY,
        GateOutcome.PASS,
        value,
        Optional.of(interval),
        limit,
        "",
        Optional.empty(),
        "");
  }
}
