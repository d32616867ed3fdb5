package io.dopt.runtime.scheduler;

/** Multistep sampling of latent consistency models, https://arxiv.org/abs/2310.04378. */
final class LCMScheduler extends ConsistencyScheduler {
  private static final float SIGMA_DATA = 0.5f;

  private final SampleLimit limit;
  private final float timestepScaling;
  private float[] original = {};
  private float[] fresh = {};

  LCMScheduler(SchedulerConfig config) {
    super(config, readSchedule(config));
    this.limit = SampleLimit.read(config, false);
    this.timestepScaling = (float) config.number("timestep_scaling", 10.0);
  }

  @Override
  void restart() {
    original = new float[layout().size()];
    fresh = new float[layout().size()];
  }

  @Override
  void advance(float[] output, int index, float[] sample, NoiseSource noise) {
    int timestep = wholeTimestep(index);
    float alpha = alpha(timestep);
    prediction().original(output, sample, Float32.sqrt(alpha), Float32.sqrt(1 - alpha), original);
    limit.apply(original, layout());
    float scaled = timestep * timestepScaling;
    float variance = scaled * scaled + SIGMA_DATA * SIGMA_DATA;
    float skip = SIGMA_DATA * SIGMA_DATA / variance;
    float out = scaled / Float32.sqrt(variance);
    for (int k = 0; k < sample.length; k++) {
      sample[k] = out * original[k] + skip * sample[k];
    }
    if (!isLast(index)) {
      float nextAlpha = alpha(wholeTimestep(index + 1));
      float signal = Float32.sqrt(nextAlpha);
      float deviation = Float32.sqrt(1 - nextAlpha);
      noise.fill(fresh);
      for (int k = 0; k < sample.length; k++) {
        sample[k] = signal * sample[k] + deviation * fresh[k];
      }
    }
  }
}
