package io.dopt.runtime.scheduler;

/** Denoising diffusion implicit models, https://arxiv.org/abs/2010.02502, formula (12). */
final class DDIMScheduler extends AlphaScheduler {
  private final Prediction prediction;
  private final SampleLimit limit;
  private final float eta;
  private float[] original = {};
  private float[] epsilon = {};
  private float[] fresh = {};

  DDIMScheduler(SchedulerConfig config, double eta) {
    this(
        config,
        NoiseSchedule.read(config, BetaSchedule.linear(), NoiseSchedule.ZeroTerminalSnr.EXACT),
        eta);
  }

  private DDIMScheduler(SchedulerConfig config, NoiseSchedule schedule, double eta) {
    super(config, schedule, readFinalAlpha(config, schedule, true));
    this.prediction =
        Prediction.read(config, Prediction.EPSILON, Prediction.SAMPLE, Prediction.V_PREDICTION);
    this.limit = SampleLimit.read(config, true);
    this.eta = (float) eta;
  }

  @Override
  void restart() {
    original = new float[layout().size()];
    epsilon = new float[layout().size()];
    fresh = new float[layout().size()];
  }

  @Override
  void advance(float[] output, int index, float[] sample, NoiseSource noise) {
    int timestep = wholeTimestep(index);
    float alpha = alpha(timestep);
    float nextAlpha = alpha(timestep - trainTimesteps() / inferenceSteps());
    float signal = Float32.sqrt(alpha);
    float noiseScale = Float32.sqrt(1 - alpha);
    prediction.original(output, sample, signal, noiseScale, original);
    prediction.noise(output, sample, signal, noiseScale, epsilon);
    limit.apply(original, layout());
    float variance = (1 - nextAlpha) / (1 - alpha) * (1 - alpha / nextAlpha);
    float deviation = eta * Float32.sqrt(variance);
    float direction = Float32.sqrt(1 - nextAlpha - deviation * deviation);
    float nextSignal = Float32.sqrt(nextAlpha);
    for (int k = 0; k < sample.length; k++) {
      sample[k] = nextSignal * original[k] + direction * epsilon[k];
    }
    if (eta > 0) {
      noise.fill(fresh);
      for (int k = 0; k < sample.length; k++) {
        sample[k] += deviation * fresh[k];
      }
    }
  }
}
