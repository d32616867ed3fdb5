package io.dopt.evals.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dopt.evals.cost.BreakEven;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CostTextTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "0.00018234, 0.000182",
    "1.8, 1.80",
    "24, 24",
    "182.4, 182",
    "18240, 18200",
    "2e-9, 0.00000000200"
  })
  void amountsHaveThreeDigitsAndNoPowersOfTen(double value, String text) {
    assertEquals(text, CostText.amount(value));
  }

  @Test
  void theBreakEvenIsASentence() {
    assertEquals(
        "Compiling took 950.00 s, which is won back after 1,900 images: each takes 500 ms less than"
            + " the reference's.",
        CostText.of(BreakEven.of(950, 1, 1.5, true)));
    assertEquals(
        "Compiling took 95.00 s, which is never won back: an image takes 500 ms more than the"
            + " reference's.",
        CostText.of(BreakEven.of(95, 2, 1.5, true)));
    assertEquals(
        "Compiling took 95.00 s; the times of these samples do not tell whether it is ever won"
            + " back.",
        CostText.of(BreakEven.of(95, 2, 1.5, false)));
  }
}
