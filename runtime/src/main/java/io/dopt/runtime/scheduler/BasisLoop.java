package io.dopt.runtime.scheduler;

import java.util.Arrays;
import java.util.function.Consumer;

/**
 * A loop over basis vectors. The elements of its sample stand for the vectors: the start is 1 at
 * the first and 0 elsewhere, what the denoiser returns in a step is 1 at that step's place, and so
 * on. As a scheduler treats all elements alike, its sample then holds the weight of each vector.
 *
 * <p>Every step begins with a basis vector of its own in the place of the sample, so that the
 * weights of a step do not carry the roundings of the steps before.
 */
final class BasisLoop {
  private final Scheduler scheduler;
  private final Consumer<SampleLayout> layOut;
  private final int start;

  BasisLoop(Scheduler scheduler, Consumer<SampleLayout> layOut, int start) {
    this.scheduler = scheduler;
    this.layOut = layOut;
    this.start = start;
  }

  StepWeights run() {
    int draws = countDraws();
    double[] all = scheduler.timesteps();
    int steps = all.length - start;
    int rows = 1 + steps + draws;
    int size = rows + steps;
    layOut.accept(new SampleLayout(1, size));
    float[][] inputs = new float[steps][size];
    float[][] results = new float[steps][size];
    float[] output = new float[size];
    int[] draw = {1 + steps};
    for (int step = 0; step < steps; step++) {
      float[] sample = results[step];
      setBasis(sample, rows + step);
      scheduler.scaleModelInput(sample, start + step, inputs[step]);
      setBasis(output, 1 + step);
      scheduler.step(output, start + step, sample, noise -> setBasis(noise, draw[0]++));
    }
    return new StepWeights(Arrays.copyOfRange(all, start, all.length), draws, inputs, results);
  }

  private int countDraws() {
    layOut.accept(new SampleLayout(1, 1));
    int[] draws = {0};
    float[] sample = {0};
    for (int index = start; index < scheduler.timesteps().length; index++) {
      scheduler.step(new float[1], index, sample, noise -> draws[0]++);
    }
    return draws[0];
  }

  private static void setBasis(float[] values, int place) {
    Arrays.fill(values, 0);
    values[place] = 1;
  }
}
