package io.dopt.runtime.scheduler;

import java.util.List;
import java.util.Optional;

/** Euler's method over sigmas, Algorithm 2 of https://arxiv.org/abs/2206.00364 without churn. */
final class EulerDiscreteScheduler extends SigmaScheduler {
  private final Prediction prediction;
  private final boolean logLinear;
  private final boolean timestepsFromSigmas;
  private final float finalSigma;
  private float[] original = {};

  EulerDiscreteScheduler(SchedulerConfig config) {
    super(
        config,
        NoiseSchedule.read(config, BetaSchedule.linear(), NoiseSchedule.ZeroTerminalSnr.FLOORED),
        SigmaSpacing.read(config),
        SigmaRange.read(config));
    this.prediction =
        Prediction.read(config, Prediction.EPSILON, Prediction.SAMPLE, Prediction.V_PREDICTION);
    this.logLinear =
        config
            .choice("interpolation_type", "linear", List.of("linear", "log_linear"))
            .equals("log_linear");
    boolean continuous =
        config
            .choice("timestep_type", "discrete", List.of("discrete", "continuous"))
            .equals("continuous");
    this.timestepsFromSigmas = continuous && prediction == Prediction.V_PREDICTION;
    this.finalSigma = FinalSigma.read(config).of(schedule());
  }

  @Override
  Optional<String> refusesTimesteps() {
    return timestepsFromSigmas
        ? Optional.of("timestep_type continuous derives them from the noise levels")
        : noiseLevelsRefuseTimesteps();
  }

  @Override
  Plan plan(double[] timesteps) {
    Plan plan = super.plan(timesteps);
    float[] sigmas = plan.sigmas();
    sigmas[sigmas.length - 1] = finalSigma;
    return timestepsFromSigmas ? new Plan(quarterLogarithms(sigmas), sigmas) : plan;
  }

  @Override
  double[] trainingSigmas(double[] timesteps) {
    return logLinear ? logLinearSigmas(timesteps.length) : super.trainingSigmas(timesteps);
  }

  /** From the highest training sigma to the lowest, one more than there are steps. */
  private double[] logLinearSigmas(int steps) {
    float highest = schedule().logSigma(trainTimesteps() - 1);
    float lowest = schedule().logSigma(0);
    float[] sigmas = Float32.linspace(highest, lowest, steps + 1);
    for (int i = 0; i < sigmas.length; i++) {
      sigmas[i] = Float32.exp(sigmas[i]);
    }
    return Float32.toDoubles(sigmas);
  }

  private static double[] quarterLogarithms(float[] sigmas) {
    double[] timesteps = new double[sigmas.length - 1];
    for (int i = 0; i < timesteps.length; i++) {
      timesteps[i] = 0.25f * Float32.log(sigmas[i]);
    }
    return timesteps;
  }

  @Override
  void restart() {
    original = new float[layout().size()];
  }

  @Override
  void advance(float[] output, int index, float[] sample, NoiseSource noise) {
    float sigma = sigma(index);
    float change = sigma(index + 1) - sigma;
    prediction.originalOfUnitScale(output, sample, sigma, original);
    for (int k = 0; k < sample.length; k++) {
      sample[k] = sample[k] + (sample[k] - original[k]) / sigma * change;
    }
  }
}
