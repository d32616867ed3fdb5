package io.dopt.evals.cost;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.evals.cost.BreakEven.Outcome;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CostTest {
  private static final double ROUNDING = 1e-15;

  /** 2 s at 0.36 an hour are 0.0002; 7200 J are 0.002 kWh and cost 0.0005. */
  @Test
  void aMachineAndItsEnergyArePaid() {
    Prices prices = new Prices("EUR", 0.36, Optional.of(0.25), Optional.of(24.0));
    Cost cost =
        Cost.of(
            prices,
            new Usage(2, Optional.of(7200.0)),
            Optional.of(new Usage(4, Optional.of(14400.0))));
    assertEquals(0.0007, cost.candidate().perImage(), ROUNDING);
    assertEquals(0.7, cost.candidate().perThousandImages(), 1e-12);
    assertEquals(24 * 0.0007, cost.candidate().perSecondOfVideo().orElseThrow(), ROUNDING);
    assertEquals(0.0005, cost.candidate().energyPerImage().orElseThrow(), ROUNDING);
    assertEquals(0.0014, cost.reference().orElseThrow().perImage(), ROUNDING);
    assertFalse(cost.energyMissing());
  }

  @Test
  void energyThatWasNotMeasuredIsLeftOutAndSaid() {
    Prices prices = new Prices("EUR", 0.36, Optional.of(0.25), Optional.empty());
    Cost cost = Cost.of(prices, new Usage(2, Optional.empty()), Optional.empty());
    assertEquals(0.0002, cost.candidate().perImage(), ROUNDING);
    assertEquals(Optional.empty(), cost.candidate().energyPerImage());
    assertEquals(Optional.empty(), cost.candidate().perSecondOfVideo());
    assertTrue(cost.energyMissing());
  }

  @Test
  void theCompileTimeIsWonBackAfterTheFirstImageAtWhichNothingIsLost() {
    assertEquals(
        new BreakEven(10, 1.5, Outcome.WON_BACK, Optional.of(7L)), BreakEven.of(10, 0.5, 2, true));
    assertEquals(Optional.of(6L), BreakEven.of(9, 0.5, 2, true).images());
  }

  @Test
  void theCompileTimeOfWhatIsNoFasterNeverComesBack() {
    assertEquals(
        new BreakEven(10, 0, Outcome.NEVER, Optional.empty()), BreakEven.of(10, 2, 2, true));
    assertEquals(Outcome.NEVER, BreakEven.of(10, 3, 2, true).outcome());
    assertEquals(Outcome.NEVER, BreakEven.of(1e300, 1, 1 + 1e-15, true).outcome());
  }

  @Test
  void timesThatDoNotTellDecideNothing() {
    assertEquals(
        new BreakEven(10, 1, Outcome.UNDECIDED, Optional.empty()), BreakEven.of(10, 1, 2, false));
  }
}
