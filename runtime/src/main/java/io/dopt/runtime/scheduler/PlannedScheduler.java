package io.dopt.runtime.scheduler;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.Optional;

/**
 * What all schedulers share: the plan of the current loop and the checks around a step. A subclass
 * says how timesteps are spread, what plan they make, and how a step advances.
 */
abstract class PlannedScheduler implements Scheduler {
  /**
   * The loop as laid out.
   *
   * @param timesteps what the denoiser is asked for
   * @param sigmas noise levels, one more than timesteps, or none
   */
  record Plan(double[] timesteps, float[] sigmas) {}

  private final NoiseSchedule schedule;
  private SampleLayout layout = new SampleLayout(1, 1);
  private Plan plan = new Plan(new double[0], new float[0]);
  private int inferenceSteps;

  PlannedScheduler(NoiseSchedule schedule) {
    this.schedule = schedule;
  }

  /** Timesteps in descending order for a number of steps. */
  abstract double[] spread(int steps);

  /** The plan that takes these timesteps. */
  abstract Plan plan(double[] timesteps);

  /** Forgets the previous loop; called once the plan and the layout stand. */
  abstract void restart();

  /** One step, its arguments checked. */
  abstract void advance(float[] output, int index, float[] sample, NoiseSource noise);

  /** Why this scheduler takes no explicit list of timesteps, if so. */
  Optional<String> refusesTimesteps() {
    return Optional.of("the class lays out its own");
  }

  /** Entries of {@link #timesteps()} per inference step. */
  int order() {
    return 1;
  }

  @Override
  public int outputsPerElement() {
    return 1;
  }

  final NoiseSchedule schedule() {
    return schedule;
  }

  final SampleLayout layout() {
    return layout;
  }

  final int inferenceSteps() {
    return inferenceSteps;
  }

  final int planLength() {
    return plan.timesteps().length;
  }

  final double timestep(int index) {
    return plan.timesteps()[index];
  }

  final float sigma(int index) {
    return plan.sigmas()[index];
  }

  @Override
  public final String className() {
    return getClass().getSimpleName();
  }

  @Override
  public final void setTimesteps(int steps, SampleLayout samples) {
    if (steps < 1 || steps > trainTimesteps()) {
      throw usage("makes 1 to " + trainTimesteps() + " steps, not " + steps);
    }
    begin(spread(steps), steps, samples);
  }

  @Override
  public final void setTimesteps(int[] timesteps, SampleLayout samples) {
    refusesTimesteps()
        .ifPresent(
            reason -> {
              throw usage("takes no list of timesteps: " + reason);
            });
    double[] listed = new double[timesteps.length];
    for (int i = 0; i < timesteps.length; i++) {
      int previous = i == 0 ? trainTimesteps() : timesteps[i - 1];
      if (timesteps[i] >= previous || timesteps[i] < 0) {
        throw usage(
            "takes timesteps that descend within 0 to "
                + (trainTimesteps() - 1)
                + ", which "
                + timesteps[i]
                + " at position "
                + i
                + " does not");
      }
      listed[i] = timesteps[i];
    }
    if (listed.length == 0) {
      throw usage("needs at least one timestep");
    }
    begin(listed, listed.length, samples);
  }

  private void begin(double[] timesteps, int steps, SampleLayout samples) {
    inferenceSteps = steps;
    layout = samples;
    plan = plan(timesteps);
    restart();
  }

  @Override
  public final double[] timesteps() {
    return plan.timesteps().clone();
  }

  @Override
  public final double[] sigmas() {
    return Float32.toDoubles(plan.sigmas());
  }

  @Override
  public final int trainTimesteps() {
    return schedule.trainTimesteps();
  }

  @Override
  public final void step(float[] modelOutput, int index, float[] sample, NoiseSource noise) {
    checkIndex(index);
    checkLength(sample, layout.size());
    checkLength(modelOutput, layout.size() * outputsPerElement());
    advance(modelOutput, index, sample, noise);
  }

  @Override
  public final int startIndex(double strength) {
    if (!(strength >= 0 && strength <= 1)) {
      throw new DoptException(ErrorCode.USAGE, "strength must be from 0 to 1, not " + strength);
    }
    int kept = Math.min((int) (inferenceSteps * strength), inferenceSteps);
    if (kept < 1) {
      throw new DoptException(
          ErrorCode.USAGE,
          "strength "
              + strength
              + " of "
              + inferenceSteps
              + " steps leaves no step to take; raise one of them");
    }
    return (inferenceSteps - kept) * order();
  }

  final void checkIndex(int index) {
    if (index < 0 || index >= planLength()) {
      throw new IllegalStateException(
          "step " + index + " of a plan of " + planLength() + "; call setTimesteps first");
    }
  }

  final DoptException usage(String what) {
    return new DoptException(ErrorCode.USAGE, className() + " " + what);
  }

  private static void checkLength(float[] values, int wanted) {
    if (values.length != wanted) {
      throw new IllegalArgumentException(values.length + " elements instead of " + wanted);
    }
  }
}
