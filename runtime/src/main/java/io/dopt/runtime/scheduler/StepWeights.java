package io.dopt.runtime.scheduler;

import io.dopt.runtime.scheduler.LoopArithmetic.WeightedSums;

/**
 * What each step of a loop computes, from what it is given and what was before. The weights are of
 * the rows of {@link WeightedSums}, then of the samples that the steps began with, of which the
 * first is row 0 again.
 *
 * @param timesteps of the steps
 * @param draws of noise
 * @param inputs {@code [steps][1 + steps + draws + steps]}: of the denoiser's input
 * @param results {@code [steps][1 + steps + draws + steps]}: of the sample that a step leaves
 */
record StepWeights(double[] timesteps, int draws, float[][] inputs, float[][] results) {
  int steps() {
    return timesteps.length;
  }

  int rows() {
    return 1 + steps() + draws;
  }

  boolean isFinite() {
    return isFinite(inputs) && isFinite(results);
  }

  private static boolean isFinite(float[][] weights) {
    for (float[] row : weights) {
      for (float weight : row) {
        if (!Float.isFinite(weight)) {
          return false;
        }
      }
    }
    return true;
  }

  /** The same in terms of the rows alone, in double precision. */
  WeightedSums multipliedOut() {
    double[][] samples = new double[steps() + 1][];
    samples[0] = new double[rows()];
    samples[0][0] = 1;
    double[][] weights = new double[steps() + 1][];
    for (int step = 0; step < steps(); step++) {
      weights[step] = multipliedOut(inputs[step], step, samples);
      samples[step + 1] = multipliedOut(results[step], step, samples);
    }
    weights[steps()] = samples[steps()];
    return new WeightedSums(timesteps, weights, draws);
  }

  private double[] multipliedOut(float[] sum, int step, double[][] samples) {
    double[] result = new double[rows()];
    for (int row = 0; row < result.length; row++) {
      result[row] = sum[row];
    }
    for (int earlier = 0; earlier <= step; earlier++) {
      double weight = sum[rows() + earlier];
      for (int row = 0; weight != 0 && row < result.length; row++) {
        result[row] += weight * samples[earlier][row];
      }
    }
    return result;
  }
}
