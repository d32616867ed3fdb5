package io.dopt.evals;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dopt.evals.report.Latencies;
import io.dopt.evals.report.Latencies.StageLatency;
import io.dopt.evals.report.Stage;
import io.dopt.runtime.pipeline.StageTimings;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LatencySamplesTest {
  private static final long MILLISECOND = 1_000_000;

  @Test
  void countsCallsPerImageOrPerStepAndTurnsTimesIntoMilliseconds() {
    LatencySamples samples = new LatencySamples();
    samples.add(image(10, 20, 200), Optional.of(5.0));
    samples.add(image(20, 20, 200), Optional.of(7.0));
    Latencies latencies = samples.summarize();
    // Two text encoder calls (prompt and negative prompt) make one text encoding.
    assertEquals(
        new StageLatency(Stage.TEXT_ENCODING, 2, 4, 4, 4, 4, 4), latencies.stages().get(0));
    assertEquals(
        new StageLatency(Stage.DENOISER_STEP, 4, 20, 20, 20, 10, 17.5), latencies.stages().get(1));
    assertEquals(
        new StageLatency(Stage.SCHEDULER_STEP, 4, 3, 3, 3, 3, 3), latencies.stages().get(2));
    assertEquals(new StageLatency(Stage.DECODING, 2, 7, 7, 7, 7, 7), latencies.stages().get(3));
    assertEquals(
        new StageLatency(Stage.TOTAL, 2, 200, 200, 200, 200, 200), latencies.stages().get(4));
    assertEquals(List.of(15.0, 20.0), latencies.medianStepMilliseconds());
    assertEquals(5, latencies.imagesPerSecond(), 1e-12);
    assertEquals(Optional.of(6.0), latencies.joulesPerImage());
  }

  @Test
  void energyThatWasNotMeasuredEachTimeIsAbsent() {
    LatencySamples samples = new LatencySamples();
    samples.add(image(10, 20, 200), Optional.of(5.0));
    samples.add(image(10, 20, 200), Optional.empty());
    assertEquals(Optional.empty(), samples.summarize().joulesPerImage());
  }

  private static StageTimings image(long firstStep, long secondStep, long total) {
    return new StageTimings(
        List.of(3 * MILLISECOND, MILLISECOND),
        List.of(),
        List.of(firstStep * MILLISECOND, secondStep * MILLISECOND),
        6 * MILLISECOND,
        90 * MILLISECOND,
        List.of(7 * MILLISECOND),
        total * MILLISECOND);
  }
}
