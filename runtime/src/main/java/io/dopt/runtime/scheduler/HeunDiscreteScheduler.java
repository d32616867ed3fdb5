package io.dopt.runtime.scheduler;

import java.util.List;
import java.util.Optional;

/**
 * Heun's method over sigmas (Algorithm 2 of https://arxiv.org/abs/2206.00364 without churn): an
 * Euler step, then a second evaluation at its end and a step along the mean of both slopes. All
 * timesteps but the first come twice.
 */
final class HeunDiscreteScheduler extends SigmaScheduler {
  private final Prediction prediction;
  private final SampleLimit limit;
  private float[] original = {};
  private float[] firstSlope = {};
  private float[] origin = {};
  private boolean corrects;

  HeunDiscreteScheduler(SchedulerConfig config) {
    super(
        config,
        NoiseSchedule.read(
            config,
            new BetaSchedule(0.00085, 0.012, "linear", List.of("exp")),
            NoiseSchedule.ZeroTerminalSnr.ABSENT),
        SigmaSpacing.read(config),
        SigmaRange.read(config));
    this.prediction =
        Prediction.read(config, Prediction.EPSILON, Prediction.SAMPLE, Prediction.V_PREDICTION);
    this.limit = SampleLimit.readClipping(config, false);
  }

  @Override
  Optional<String> refusesTimesteps() {
    return noiseLevelsRefuseTimesteps();
  }

  @Override
  int order() {
    return 2;
  }

  @Override
  Plan plan(double[] timesteps) {
    Plan once = super.plan(timesteps);
    int steps = timesteps.length;
    double[] times = new double[2 * steps - 1];
    float[] sigmas = new float[2 * steps];
    for (int i = 0; i < times.length; i++) {
      times[i] = once.timesteps()[(i + 1) / 2];
      sigmas[i] = once.sigmas()[(i + 1) / 2];
    }
    sigmas[times.length] = once.sigmas()[steps];
    return new Plan(times, sigmas);
  }

  @Override
  void restart() {
    original = new float[layout().size()];
    firstSlope = new float[layout().size()];
    origin = new float[layout().size()];
    corrects = false;
  }

  @Override
  void advance(float[] output, int index, float[] sample, NoiseSource noise) {
    float sigma = sigma(index);
    prediction.originalOfUnitScale(output, sample, sigma, original);
    limit.apply(original, layout());
    if (corrects) {
      float change = sigma - sigma(index - 1);
      for (int k = 0; k < sample.length; k++) {
        float slope = (firstSlope[k] + (sample[k] - original[k]) / sigma) / 2;
        sample[k] = origin[k] + slope * change;
      }
    } else {
      float change = sigma(index + 1) - sigma;
      System.arraycopy(sample, 0, origin, 0, sample.length);
      for (int k = 0; k < sample.length; k++) {
        firstSlope[k] = (sample[k] - original[k]) / sigma;
        sample[k] = sample[k] + firstSlope[k] * change;
      }
    }
    corrects = !corrects;
  }
}
