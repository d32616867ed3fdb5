package io.dopt.runtime.scheduler;

/**
 * Trajectory consistency distillation, https://arxiv.org/abs/2402.19159: a step to an intermediate
 * timestep, then noise up to the next one. As in the reference, {@code clip_sample}, {@code
 * thresholding} and {@code timestep_scaling} do not change what it does.
 */
final class TCDScheduler extends ConsistencyScheduler {
  private final double eta;
  private float[] original = {};
  private float[] epsilon = {};
  private float[] fresh = {};

  TCDScheduler(SchedulerConfig config, double eta) {
    super(config, readSchedule(config));
    SampleLimit.read(config, false);
    config.number("timestep_scaling", 10.0);
    this.eta = eta;
  }

  @Override
  void restart() {
    original = new float[layout().size()];
    epsilon = new float[layout().size()];
    fresh = new float[layout().size()];
  }

  @Override
  void advance(float[] output, int index, float[] sample, NoiseSource noise) {
    float alpha = alpha(wholeTimestep(index));
    int next = isLast(index) ? 0 : wholeTimestep(index + 1);
    float nextAlpha = alpha(next);
    float intermediateAlpha = alpha((int) ((float) (1 - eta) * next));
    float signal = Float32.sqrt(alpha);
    float noiseScale = Float32.sqrt(1 - alpha);
    prediction().original(output, sample, signal, noiseScale, original);
    prediction().noise(output, sample, signal, noiseScale, epsilon);
    float intermediateSignal = Float32.sqrt(intermediateAlpha);
    float intermediateNoise = Float32.sqrt(1 - intermediateAlpha);
    for (int k = 0; k < sample.length; k++) {
      sample[k] = intermediateSignal * original[k] + intermediateNoise * epsilon[k];
    }
    if (eta > 0 && !isLast(index)) {
      float kept = nextAlpha / intermediateAlpha;
      float keptSignal = Float32.sqrt(kept);
      float deviation = Float32.sqrt(1 - kept);
      noise.fill(fresh);
      for (int k = 0; k < sample.length; k++) {
        sample[k] = keptSignal * sample[k] + deviation * fresh[k];
      }
    }
  }
}
