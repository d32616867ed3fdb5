package io.dopt.runtime.scheduler;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The exponential integrators, which solve the diffusion equation over half the logarithm of the
 * signal-to-noise ratio. Samples are {@code alpha * original + sigma * noise} and the denoiser sees
 * them as they are.
 */
abstract class LogSnrScheduler extends PlannedScheduler {
  /**
   * A noise level.
   *
   * @param alpha scale of the original
   * @param sigma scale of the noise
   * @param lambda {@code log(alpha) - log(sigma)}
   */
  record Level(float alpha, float sigma, float lambda) {}

  private final TimestepSpacing timestepSpacing;
  private final int stepsOffset;
  private final SigmaSpacing sigmaSpacing;
  private final SigmaRange sigmaRange;
  private final boolean flow;
  private final double flowShift;
  private final FinalSigma finalSigma;

  LogSnrScheduler(SchedulerConfig config) {
    super(NoiseSchedule.read(config, BetaSchedule.linear(), NoiseSchedule.ZeroTerminalSnr.FLOORED));
    this.timestepSpacing = TimestepSpacing.read(config, TimestepSpacing.LINSPACE);
    this.stepsOffset = TimestepSpacing.readOffset(config);
    this.sigmaSpacing = SigmaSpacing.read(config);
    this.sigmaRange = SigmaRange.read(config);
    this.flow = config.flag("use_flow_sigmas", false);
    this.flowShift = config.number("flow_shift", 1.0);
    if (!(flowShift > 0)) {
      throw config.unsupported("flow_shift", "it must be above 0");
    }
    this.finalSigma = FinalSigma.read(config);
    config.refuseUnlessUnset("use_dynamic_shifting", "the shift must be fixed; use flow_shift");
    config.choice("time_shift_type", "exponential", List.of("exponential"));
  }

  final SigmaSpacing sigmaSpacing() {
    return sigmaSpacing;
  }

  final FinalSigma finalSigma() {
    return finalSigma;
  }

  final boolean flow() {
    return flow;
  }

  final Level level(int index) {
    float sigma = sigma(index);
    float alpha = flow ? 1 - sigma : 1 / Float32.sqrt(sigma * sigma + 1);
    float scale = flow ? sigma : sigma * alpha;
    return new Level(alpha, scale, Float32.log(alpha) - Float32.log(scale));
  }

  /** One more than the highest timestep that a plan reaches. */
  int highestTimestep() {
    return trainTimesteps();
  }

  @Override
  final double[] spread(int steps) {
    double[] timesteps =
        timestepSpacing.spreadAboveLowest(trainTimesteps(), highestTimestep(), steps, stepsOffset);
    for (int i = 0; i < timesteps.length; i++) {
      timesteps[i] = Math.rint(timesteps[i]);
    }
    return timesteps;
  }

  @Override
  Optional<String> refusesTimesteps() {
    return flow
        ? Optional.of("use_flow_sigmas sets the noise levels")
        : sigmaSpacing.refusesTimesteps();
  }

  /** As many noise levels as the spacing between the training schedule's ends gives. */
  final double[] spacedSigmas(int count) {
    return sigmaSpacing.spread(
        sigmaRange.highest().orElse(schedule().sigma(trainTimesteps() - 1)),
        sigmaRange.lowest().orElse(schedule().sigma(0)),
        count);
  }

  /** {@code flow_shift} of noise levels between 0 and 1. */
  final double shifted(double sigma) {
    return flowShift * sigma / (1 + (flowShift - 1) * sigma);
  }

  /** The timesteps of noise levels, rounded to the nearest or cut to whole ones. */
  final double[] timestepsOf(double[] sigmas, boolean rounded) {
    double[] timesteps = schedule().timesteps(sigmas);
    for (int i = 0; i < timesteps.length; i++) {
      timesteps[i] = rounded ? Math.rint(timesteps[i]) : Math.floor(timesteps[i]);
    }
    return timesteps;
  }

  /** The timesteps of a flow's noise levels, cut to whole ones. */
  final double[] flowTimestepsOf(double[] sigmas) {
    double[] timesteps = new double[sigmas.length];
    for (int i = 0; i < sigmas.length; i++) {
      timesteps[i] = Math.floor(sigmas[i] * trainTimesteps());
    }
    return timesteps;
  }

  /** A plan of whole timesteps and noise levels, to which the last one is added. */
  static Plan planOf(double[] timesteps, double[] sigmas, float lastSigma) {
    float[] levels = Arrays.copyOf(Float32.toFloats(sigmas), sigmas.length + 1);
    levels[sigmas.length] = lastSigma;
    return new Plan(timesteps, levels);
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
    Level level = level(index);
    for (int k = 0; k < out.length; k++) {
      out[k] = level.alpha() * original[k] + level.sigma() * noise[k];
    }
  }
}
