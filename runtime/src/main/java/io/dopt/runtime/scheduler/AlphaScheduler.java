package io.dopt.runtime.scheduler;

/**
 * The schedulers that look up {@code alphas_cumprod} at whole timesteps: samples have unit variance
 * throughout, and the denoiser sees them as they are.
 */
abstract class AlphaScheduler extends PlannedScheduler {
  private final TimestepSpacing timestepSpacing;
  private final int stepsOffset;
  private final float finalAlpha;

  /**
   * @param config where {@code timestep_spacing} and {@code steps_offset} are read
   * @param schedule the training noise
   * @param finalAlpha what stands for alpha below timestep 0
   */
  AlphaScheduler(SchedulerConfig config, NoiseSchedule schedule, float finalAlpha) {
    super(schedule);
    this.timestepSpacing = TimestepSpacing.read(config, TimestepSpacing.LEADING);
    this.stepsOffset = TimestepSpacing.readOffset(config);
    this.finalAlpha = finalAlpha;
  }

  /** {@code set_alpha_to_one}: the alpha of the step after the last. */
  static float readFinalAlpha(SchedulerConfig config, NoiseSchedule schedule, boolean fallback) {
    return config.flag("set_alpha_to_one", fallback) ? 1 : schedule.alpha(0);
  }

  /** Alpha at a timestep, which may be negative for what follows the last step. */
  final float alpha(int timestep) {
    return timestep < 0 ? finalAlpha : schedule().alpha(timestep);
  }

  final int wholeTimestep(int index) {
    return (int) timestep(index);
  }

  @Override
  double[] spread(int steps) {
    return timestepSpacing.spread(trainTimesteps(), steps, stepsOffset);
  }

  @Override
  Plan plan(double[] timesteps) {
    double[] whole = new double[timesteps.length];
    for (int i = 0; i < timesteps.length; i++) {
      whole[i] = Math.rint(timesteps[i]);
      if (whole[i] < 0 || whole[i] >= trainTimesteps()) {
        throw usage(
            "asks for timestep "
                + (long) whole[i]
                + " of "
                + trainTimesteps()
                + " at this number of steps; take fewer steps or a smaller steps_offset");
      }
    }
    return new Plan(whole, new float[0]);
  }

  @Override
  public final double initNoiseSigma() {
    return 1;
  }

  @Override
  public final void scaleModelInput(float[] sample, int index, float[] out) {
    System.arraycopy(sample, 0, out, 0, sample.length);
  }

  @Override
  public final void addNoise(float[] original, float[] noise, int index, float[] out) {
    checkIndex(index);
    float alpha = alpha(wholeTimestep(index));
    float signal = Float32.sqrt(alpha);
    float deviation = Float32.sqrt(1 - alpha);
    for (int k = 0; k < out.length; k++) {
      out[k] = signal * original[k] + deviation * noise[k];
    }
  }
}
