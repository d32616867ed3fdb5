package io.dopt.runtime.scheduler;

/**
 * The Euler family: samples are {@code original + sigma * noise} and the denoiser sees them divided
 * by {@code sqrt(sigma^2 + 1)}.
 */
abstract class SigmaScheduler extends PlannedScheduler {
  private final TimestepSpacing timestepSpacing;
  private final int stepsOffset;

  SigmaScheduler(SchedulerConfig config, NoiseSchedule schedule) {
    super(schedule);
    this.timestepSpacing = TimestepSpacing.read(config, TimestepSpacing.LINSPACE);
    this.stepsOffset = config.integer("steps_offset", 0, 0, 100_000);
  }

  @Override
  final double[] spread(int steps) {
    return timestepSpacing.spread(trainTimesteps(), steps, stepsOffset);
  }

  /** The noise levels of the training schedule at these timesteps. */
  final double[] scheduledSigmas(double[] timesteps) {
    double[] sigmas = new double[timesteps.length];
    for (int i = 0; i < sigmas.length; i++) {
      sigmas[i] = schedule().sigma(timesteps[i]);
    }
    return sigmas;
  }

  /**
   * A plan of these noise levels, at the timesteps given or, when a spacing sets the levels, those
   * that correspond to them.
   */
  final Plan planOf(double[] timesteps, double[] sigmas, SigmaSpacing spacing, SigmaRange range) {
    double[] levels = sigmas;
    double[] times = timesteps;
    if (spacing != SigmaSpacing.TIMESTEPS) {
      levels =
          spacing.spread(
              range.highest().orElse(sigmas[0]),
              range.lowest().orElse(sigmas[sigmas.length - 1]),
              timesteps.length);
      times = new double[levels.length];
      for (int i = 0; i < levels.length; i++) {
        times[i] = schedule().timestep(levels[i]);
      }
    }
    float[] withFinal = java.util.Arrays.copyOf(Float32.toFloats(levels), levels.length + 1);
    return new Plan(Float32.toDoubles(Float32.toFloats(times)), withFinal);
  }

  @Override
  public final double initNoiseSigma() {
    float highest = 0;
    for (double sigma : sigmas()) {
      highest = Math.max(highest, (float) sigma);
    }
    return timestepSpacing == TimestepSpacing.LEADING
        ? Float32.sqrt(highest * highest + 1)
        : highest;
  }

  @Override
  public final void scaleModelInput(float[] sample, int index, float[] out) {
    checkIndex(index);
    float sigma = sigma(index);
    float scale = Float32.sqrt(sigma * sigma + 1);
    for (int k = 0; k < out.length; k++) {
      out[k] = sample[k] / scale;
    }
  }

  @Override
  public final void addNoise(float[] original, float[] noise, int index, float[] out) {
    checkIndex(index);
    float sigma = sigma(index);
    for (int k = 0; k < out.length; k++) {
      out[k] = original[k] + noise[k] * sigma;
    }
  }
}
