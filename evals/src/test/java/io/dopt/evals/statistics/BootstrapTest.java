package io.dopt.evals.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.apache.commons.math3.stat.StatUtils;
import org.junit.jupiter.api.Test;

class BootstrapTest {
  private static final double[] SAMPLE = {31.5, 28.25, 40, 33, 29.75, 36.5, 30, 34.125};

  @Test
  void quantilesEqualNumPys() {
    // numpy.percentile(SAMPLE, [2.5, 5, 50, 95, 100])
    assertEquals(28.5125, Quantiles.percentile(SAMPLE, 2.5), 1e-12);
    assertEquals(28.775, Quantiles.percentile(SAMPLE, 5), 1e-12);
    assertEquals(32.25, Quantiles.percentile(SAMPLE, 50), 1e-12);
    assertEquals(38.775, Quantiles.percentile(SAMPLE, 95), 1e-12);
    assertEquals(40, Quantiles.percentile(SAMPLE, 100), 1e-12);
  }

  @Test
  void oneSeedGivesOneInterval() {
    SampleSummary first = new Bootstrap(7, 500).summarize(SAMPLE);
    assertEquals(first, new Bootstrap(7, 500).summarize(SAMPLE));
    assertNotEquals(first, new Bootstrap(8, 500).summarize(SAMPLE));
    assertEquals(32.890625, first.mean().value(), 1e-12);
    assertEquals(28.25, first.minimum());
    assertEquals(40, first.maximum());
  }

  @Test
  void theIntervalOfAMeanApproachesTheNormalOne() {
    Random random = new Random(1);
    double[] values = random.doubles(400).toArray();
    Interval interval = new Bootstrap(1, 2000).summarize(values).mean().interval95().orElseThrow();
    double mean = Arrays.stream(values).average().orElseThrow();
    double variance = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / 400;
    double halfWidth = 1.96 * Math.sqrt(variance / 400);
    assertEquals(mean - halfWidth, interval.low(), 0.1 * halfWidth);
    assertEquals(mean + halfWidth, interval.high(), 0.1 * halfWidth);
  }

  @Test
  void theIntervalOfADifferenceOfSetsApproachesTheNormalOne() {
    double[] first = new Random(1).doubles(400, 3, 5).toArray();
    double[] second = new Random(2).doubles(100).toArray();
    Estimate difference = new Bootstrap(1, 2000).difference(first, second);
    double expected = StatUtils.mean(first) - StatUtils.mean(second);
    assertEquals(expected, difference.value(), 1e-12);
    // Variances of the two means: (5 - 3)^2 / 12 / 400 and 1 / 12 / 100, about.
    double halfWidth =
        1.96
            * Math.sqrt(
                StatUtils.populationVariance(first) / 400
                    + StatUtils.populationVariance(second) / 100);
    Interval interval = difference.interval95().orElseThrow();
    assertEquals(expected - halfWidth, interval.low(), 0.1 * halfWidth);
    assertEquals(expected + halfWidth, interval.high(), 0.1 * halfWidth);
    assertEquals(
        Optional.empty(), new Bootstrap(1, 10).difference(first, new double[] {1}).interval95());
  }

  @Test
  void resamplesKeepPairsTogether() {
    double[] slow = {10, 200, 3000, 40, 7};
    // Every pair has the ratio 2; only a bootstrap that mixed pairs would see another.
    Estimate ratio =
        new Bootstrap(3, 200)
            .estimate(
                slow.length,
                indices -> {
                  double numerator = 0;
                  double denominator = 0;
                  for (int index : indices) {
                    numerator += slow[index];
                    denominator += slow[index] / 2;
                  }
                  return numerator / denominator;
                });
    assertEquals(new Estimate(2, Optional.of(new Interval(2, 2))), ratio);
  }

  @Test
  void oneSampleHasNoInterval() {
    SampleSummary summary = new Bootstrap(1, 100).summarize(new double[] {5});
    assertTrue(summary.mean().interval95().isEmpty());
    assertEquals(5, summary.p05().value());
  }
}
