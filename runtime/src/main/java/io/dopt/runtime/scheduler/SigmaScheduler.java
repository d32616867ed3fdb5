package io.dopt.runtime.scheduler;

import java.util.Arrays;
import java.util.Optional;

/**
 * The Euler family: samples are {@code original + sigma * noise} and the denoiser sees them divided
 * by {@code sqrt(sigma^2 + 1)}.
 */
abstract class SigmaScheduler extends PlannedScheduler {
  private final TimestepSpacing timestepSpacing;
  private final int stepsOffset;
  private final SigmaSpacing sigmaSpacing;
  private final SigmaRange sigmaRange;

  /**
   * @param config where {@code timestep_spacing} and {@code steps_offset} are read
   * @param schedule the training noise
   * @param sigmaSpacing what sets the noise levels
   * @param sigmaRange bounds of levels that the timesteps do not set
   */
  SigmaScheduler(
      SchedulerConfig config,
      NoiseSchedule schedule,
      SigmaSpacing sigmaSpacing,
      SigmaRange sigmaRange) {
    super(schedule);
    this.timestepSpacing = TimestepSpacing.read(config, TimestepSpacing.LINSPACE);
    this.stepsOffset = TimestepSpacing.readOffset(config);
    this.sigmaSpacing = sigmaSpacing;
    this.sigmaRange = sigmaRange;
  }

  final Optional<String> noiseLevelsRefuseTimesteps() {
    return sigmaSpacing.refusesTimesteps();
  }

  @Override
  final double[] spread(int steps) {
    return timestepSpacing.spread(trainTimesteps(), steps, stepsOffset);
  }

  /** The noise levels of the training schedule at these timesteps. */
  double[] trainingSigmas(double[] timesteps) {
    return schedule().sigmas(timesteps);
  }

  /**
   * Noise levels at the timesteps given or, when a spacing sets the levels, the timesteps that
   * correspond to them; then level 0.
   */
  @Override
  Plan plan(double[] timesteps) {
    double[] times = Float32.rounded(timesteps);
    double[] levels = trainingSigmas(times);
    if (sigmaSpacing != SigmaSpacing.TIMESTEPS) {
      double highest = sigmaRange.highest().orElse(levels[0]);
      double lowest = sigmaRange.lowest().orElse(levels[levels.length - 1]);
      levels = sigmaSpacing.spread(highest, lowest, times.length);
      times = Float32.rounded(schedule().timesteps(levels));
    }
    return new Plan(times, Arrays.copyOf(Float32.toFloats(levels), levels.length + 1));
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
