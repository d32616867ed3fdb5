package io.dopt.runtime.scheduler;

import java.util.OptionalDouble;
import java.util.function.Consumer;

/**
 * What a sampler computes around the denoiser's calls of one loop, found out by running it on basis
 * vectors: most samplers are linear in the start, the denoiser's outputs and the noise, though
 * seldom documented so.
 */
public sealed interface LoopArithmetic {
  /**
   * Every input of the denoiser and the final sample are weighted sums of the history: row 0 the
   * start, then a row per step with what the denoiser returned (after guidance), then a row per
   * draw of noise. The same weights hold for every element.
   *
   * @param timesteps of the steps taken
   * @param weights {@code [steps + 1][1 + steps + draws]}: of the denoiser's input in each step,
   *     its scaling included, and last of the final sample; 0 for rows that come later
   * @param draws how often the loop asks for noise
   */
  record WeightedSums(double[] timesteps, double[][] weights, int draws) implements LoopArithmetic {
    /** Calls of the denoiser. */
    public int steps() {
      return timesteps.length;
    }

    /** How many rows the denoiser returns per step: 2 with guidance, else 1. */
    public static int copies(OptionalDouble guidanceScale) {
      return guidanceScale.isPresent() ? 2 : 1;
    }

    /**
     * The weights in single precision, with classifier-free guidance (arXiv 2207.12598) folded in:
     * {@code unconditional + scale * (conditional - unconditional)}.
     *
     * @param guidanceScale absent when the denoiser runs once per image
     * @return {@code [steps + 1][1 + steps * copies + draws]}; with guidance, the unconditional row
     *     of a step comes before the conditional one
     */
    public float[][] coefficients(OptionalDouble guidanceScale) {
      int copies = copies(guidanceScale);
      double conditional = (float) guidanceScale.orElse(1);
      float[][] coefficients = new float[weights.length][1 + steps() * copies + draws];
      for (int i = 0; i < weights.length; i++) {
        float[] row = coefficients[i];
        row[0] = (float) weights[i][0];
        for (int step = 0; step < steps(); step++) {
          double weight = weights[i][1 + step];
          int first = 1 + step * copies;
          row[first + copies - 1] = (float) (weight * conditional);
          if (copies == 2 && weight != 0) {
            row[first] = (float) (weight * (1 - conditional));
          }
        }
        for (int draw = 0; draw < draws; draw++) {
          row[1 + steps() * copies + draw] = (float) weights[i][1 + steps() + draw];
        }
      }
      return coefficients;
    }
  }

  /**
   * A step looks at the values it is given.
   *
   * @param reason which step, and what usually is the cause; a sentence
   */
  record NotLinear(String reason) implements LoopArithmetic {}

  /**
   * Finds out what a loop computes. The scheduler is left in the middle of nowhere: lay out its
   * timesteps again before using it.
   *
   * <p>Weights come from the scheduler's own single precision, step by step, and are multiplied out
   * in double precision. Whether they hold is asked of the scheduler itself, with random values of
   * several magnitudes.
   *
   * @param layOut calls one of the scheduler's {@code setTimesteps} with the layout given
   * @param start index of the first step, as {@link Scheduler#startIndex}
   */
  static LoopArithmetic of(Scheduler scheduler, Consumer<SampleLayout> layOut, int start) {
    if (scheduler.outputsPerElement() != 1) {
      return new NotLinear(
          scheduler.className()
              + " takes a learned variance from the denoiser, which is not linear in it.");
    }
    StepWeights weights = new BasisLoop(scheduler, layOut, start).run();
    return new LinearityCheck(scheduler, layOut, start)
        .violation(weights)
        .<LoopArithmetic>map(NotLinear::new)
        .orElseGet(weights::multipliedOut);
  }
}
