package io.dopt.runtime.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.api.Test;

/** Expected values recorded with diffusers 0.40.0.dev0 and torch 2.13. */
class GuidanceTest {
  private static final float[] UNCONDITIONAL = {0.5f, -1.25f, 2f, 0.125f, 1f, 2f, -3f, 0.25f};
  private static final float[] CONDITIONAL = {1.5f, -0.25f, 1f, -0.5f, 0f, 2.5f, -3.5f, 1.25f};

  private static float[] apply(double rescale) {
    float[] prediction = UNCONDITIONAL.clone();
    new Guidance(7.5, rescale).apply(prediction, CONDITIONAL, 4);
    return prediction;
  }

  @Test
  void movesAwayFromTheUnconditionalPrediction() {
    assertArrayEquals(
        new float[] {8f, 6.25f, -5.5f, -4.5625f, -6.5f, 5.75f, -6.75f, 7.75f}, apply(0));
  }

  @Test
  void rescalesEachImageToTheConditionalDeviation() {
    assertArrayEquals(
        new float[] {
          3.16532922f, 2.47291350f, -2.17616391f, -1.80522680f,
          -3.46456957f, 3.06481147f, -3.59782219f, 4.13083267f
        },
        apply(0.7),
        1e-6f);
  }

  @Test
  void embedsTheScaleAsGetGuidanceScaleEmbedding() {
    assertArrayEquals(
        new float[] {
          -0.04478474f,
          0.11018915f,
          0.99112326f,
          0.60518634f,
          -0.99899668f,
          0.99391061f,
          0.13294603f,
          0.79608387f,
          0f
        },
        Guidance.embedding(7.5, 9),
        2e-5f);
  }
}
