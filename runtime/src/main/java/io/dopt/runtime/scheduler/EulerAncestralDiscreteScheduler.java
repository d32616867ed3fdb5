package io.dopt.runtime.scheduler;

/** Euler steps to below the next noise level, then fresh noise up to it. */
final class EulerAncestralDiscreteScheduler extends SigmaScheduler {
  private final Prediction prediction;
  private float[] original = {};
  private float[] fresh = {};

  EulerAncestralDiscreteScheduler(SchedulerConfig config) {
    super(
        config,
        NoiseSchedule.read(config, BetaSchedule.linear(), NoiseSchedule.ZeroTerminalSnr.FLOORED),
        SigmaSpacing.TIMESTEPS,
        SigmaRange.UNBOUNDED);
    this.prediction = Prediction.read(config, Prediction.EPSILON, Prediction.V_PREDICTION);
  }

  @Override
  void restart() {
    original = new float[layout().size()];
    fresh = new float[layout().size()];
  }

  @Override
  void advance(float[] output, int index, float[] sample, NoiseSource noise) {
    float from = sigma(index);
    float to = sigma(index + 1);
    float up = Float32.sqrt(to * to * (from * from - to * to) / (from * from));
    float down = Float32.sqrt(to * to - up * up);
    float change = down - from;
    prediction.originalOfUnitScale(output, sample, from, original);
    noise.fill(fresh);
    for (int k = 0; k < sample.length; k++) {
      float moved = sample[k] + (sample[k] - original[k]) / from * change;
      sample[k] = moved + fresh[k] * up;
    }
  }
}
