package io.dopt.evals.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SampleCardsTest {
  @ParameterizedTest
  @CsvSource({"0.5, 1", "0.07, 2", "0.02, 5", "0.0125, 10", "0.0012, 100", "0, 255"})
  void differencesAreAmplifiedUntilTheyShow(double worstMeanDifference, int amplification) {
    assertEquals(amplification, SampleCards.amplification(worstMeanDifference));
  }
}
