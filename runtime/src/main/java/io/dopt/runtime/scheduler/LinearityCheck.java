package io.dopt.runtime.scheduler;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Whether the steps of a loop are the weighted sums that they are thought to be, asked of the
 * scheduler with random values. Large ones show a limit of any size, small ones an offset.
 */
final class LinearityCheck {
  private static final List<Float> MAGNITUDES = List.of(1e-4f, 1f, 1e4f, 1e8f);
  private static final SampleLayout LAYOUT = new SampleLayout(2, 8);

  /** Of the sum of all terms' magnitudes: a thousand roundings, and far from any limit's effect. */
  private static final double TOLERANCE = 1e-4;

  private final Scheduler scheduler;
  private final Consumer<SampleLayout> layOut;
  private final int start;

  LinearityCheck(Scheduler scheduler, Consumer<SampleLayout> layOut, int start) {
    this.scheduler = scheduler;
    this.layOut = layOut;
    this.start = start;
  }

  /** Why the loop is something else, by its first step that is; empty when it is not. */
  Optional<String> violation(StepWeights weights) {
    if (!weights.isFinite()) {
      return Optional.of(scheduler.className() + " divides by zero on this plan.");
    }
    for (float magnitude : MAGNITUDES) {
      int step = firstOther(weights, magnitude);
      if (step < weights.steps()) {
        return Optional.of(
            String.format(
                Locale.ROOT,
                "%s is not linear in what the denoiser returns (the step at timestep %s): "
                    + "clip_sample, thresholding and the like look at each value.",
                scheduler.className(),
                weights.timesteps()[step]));
      }
    }
    return Optional.empty();
  }

  /** The first step that gives something else; the number of steps when there is none. */
  private int firstOther(StepWeights weights, float magnitude) {
    float[][] vectors = vectors(weights, magnitude);
    layOut.accept(LAYOUT);
    float[] scaled = new float[LAYOUT.size()];
    int[] draw = {1 + weights.steps()};
    for (int step = 0; step < weights.steps(); step++) {
      float[] sample = vectors[weights.rows() + step].clone();
      scheduler.scaleModelInput(sample, start + step, scaled);
      scheduler.step(
          vectors[1 + step],
          start + step,
          sample,
          noise -> System.arraycopy(vectors[draw[0]++], 0, noise, 0, noise.length));
      if (differs(scaled, weights.inputs()[step], vectors)
          || differs(sample, weights.results()[step], vectors)) {
        return step;
      }
    }
    return weights.steps();
  }

  private static float[][] vectors(StepWeights weights, float magnitude) {
    Random random = new Random(0);
    float[][] vectors = new float[weights.rows() + weights.steps()][LAYOUT.size()];
    for (float[] vector : vectors) {
      for (int k = 0; k < vector.length; k++) {
        vector[k] = (float) random.nextGaussian() * magnitude;
      }
    }
    return vectors;
  }

  private static boolean differs(float[] values, float[] weights, float[][] vectors) {
    double[] sums = new double[values.length];
    double[] magnitudes = new double[values.length];
    for (int vector = 0; vector < weights.length; vector++) {
      double weight = weights[vector];
      for (int k = 0; weight != 0 && k < values.length; k++) {
        double term = weight * vectors[vector][k];
        sums[k] += term;
        magnitudes[k] += Math.abs(term);
      }
    }
    for (int k = 0; k < values.length; k++) {
      // true also for what is not a number
      if (!(Math.abs(values[k] - sums[k]) <= TOLERANCE * magnitudes[k])) {
        return true;
      }
    }
    return false;
  }
}
