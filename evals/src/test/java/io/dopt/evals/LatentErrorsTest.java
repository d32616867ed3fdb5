package io.dopt.evals;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dopt.evals.report.LatentError;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LatentErrorsTest {
  private static List<float[]> latents(float... valueOfStep) {
    return IntStream.range(0, valueOfStep.length)
        .mapToObj(step -> new float[] {valueOfStep[step], -valueOfStep[step]})
        .toList();
  }

  @Test
  void isTheMeanOverSamplesAtEachStep() {
    LatentErrors errors = new LatentErrors();
    errors.add(latents(1, 3), latents(1, 2));
    errors.add(latents(2, 5), latents(2, 2));
    // Step 2: squared differences 1, 1, 9, 9; the reference's mean square is 4.
    assertEquals(
        List.of(new LatentError(1, 0, 0), new LatentError(2, 5, 1.25)), errors.summarize());
  }

  @Test
  void leavesOutASampleThatIsNotFinite() {
    LatentErrors errors = new LatentErrors();
    errors.add(latents(3), latents(2));
    errors.add(latents(Float.NaN), latents(2));
    assertEquals(List.of(new LatentError(1, 1, 0.25)), errors.summarize());
  }

  @Test
  void isEmptyWhereThereIsNothingToCompare() {
    LatentErrors files = new LatentErrors();
    files.add(latents(1, 2), List.of());
    assertEquals(List.of(), files.summarize());
    LatentErrors otherSteps = new LatentErrors();
    otherSteps.add(latents(1, 2), latents(1, 2));
    otherSteps.add(latents(1, 2), latents(1));
    assertEquals(List.of(), otherSteps.summarize());
  }
}
