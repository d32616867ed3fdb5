package io.dopt.runtime.scheduler;

import java.util.Optional;

/** Denoising diffusion probabilistic models, https://arxiv.org/abs/2006.11239, formula (7). */
final class DDPMScheduler extends AlphaScheduler {
  private final Prediction prediction;
  private final SampleLimit limit;
  private final DDPMVariance variance;
  private float[] original = {};
  private float[] mean = {};
  private float[] fresh = {};

  DDPMScheduler(SchedulerConfig config) {
    super(
        config,
        NoiseSchedule.read(
            config, BetaSchedule.linear("laplace", "sigmoid"), NoiseSchedule.ZeroTerminalSnr.EXACT),
        1);
    this.prediction =
        Prediction.read(config, Prediction.EPSILON, Prediction.SAMPLE, Prediction.V_PREDICTION);
    this.limit = SampleLimit.read(config, true);
    this.variance = DDPMVariance.read(config);
  }

  @Override
  Optional<String> refusesTimesteps() {
    return Optional.empty();
  }

  /** A learned variance comes as a second half of each sample's channels. */
  @Override
  public int outputsPerElement() {
    return variance.isLearned() ? 2 : 1;
  }

  @Override
  void restart() {
    original = new float[layout().size()];
    mean = new float[layout().size()];
    fresh = new float[layout().size()];
  }

  @Override
  void advance(float[] output, int index, float[] sample, NoiseSource noise) {
    int timestep = wholeTimestep(index);
    float alpha = alpha(timestep);
    float nextAlpha = alpha(index + 1 < planLength() ? wholeTimestep(index + 1) : -1);
    float stepAlpha = alpha / nextAlpha;
    float stepBeta = 1 - stepAlpha;
    prediction.original(
        meanOf(output), sample, Float32.sqrt(alpha), Float32.sqrt(1 - alpha), original);
    limit.apply(original, layout());
    float originalWeight = Float32.sqrt(nextAlpha) * stepBeta / (1 - alpha);
    float sampleWeight = Float32.sqrt(stepAlpha) * (1 - nextAlpha) / (1 - alpha);
    for (int k = 0; k < sample.length; k++) {
      sample[k] = originalWeight * original[k] + sampleWeight * sample[k];
    }
    if (timestep > 0) {
      noise.fill(fresh);
      float posterior = Math.max((1 - nextAlpha) / (1 - alpha) * stepBeta, 1e-20f);
      if (variance.isLearned()) {
        addLearnedNoise(output, sample, posterior, stepBeta);
      } else {
        float deviation = variance.deviation(posterior, stepBeta);
        for (int k = 0; k < sample.length; k++) {
          sample[k] += deviation * fresh[k];
        }
      }
    }
  }

  private float[] meanOf(float[] output) {
    if (!variance.isLearned()) {
      return output;
    }
    int elements = layout().elementsPerSample();
    for (int sample = 0; sample < layout().batch(); sample++) {
      System.arraycopy(output, 2 * sample * elements, mean, sample * elements, elements);
    }
    return mean;
  }

  private void addLearnedNoise(float[] output, float[] sample, float posterior, float stepBeta) {
    int elements = layout().elementsPerSample();
    for (int k = 0; k < sample.length; k++) {
      float predicted = output[k / elements * elements + elements + k];
      sample[k] += variance.learnedDeviation(predicted, posterior, stepBeta) * fresh[k];
    }
  }
}
