package io.dopt.runtime.scheduler;

import java.util.Arrays;

/** What keeps the predicted original within range. */
sealed interface SampleLimit {
  /** Limits the originals of a batch in place. */
  void apply(float[] original, SampleLayout layout);

  /** Reads {@code thresholding} and its two parameters. */
  static SampleLimit readThresholding(SchedulerConfig config) {
    double ratio = config.number("dynamic_thresholding_ratio", 0.995);
    double highest = config.number("sample_max_value", 1.0);
    if (!config.flag("thresholding", false)) {
      return new Unlimited();
    }
    if (ratio < 0 || ratio > 1) {
      throw config.unsupported("dynamic_thresholding_ratio", "it must be from 0 to 1");
    }
    return new DynamicThreshold((float) ratio, (float) highest);
  }

  /** Reads {@code clip_sample} and its range. */
  static SampleLimit readClipping(SchedulerConfig config, boolean clipByDefault) {
    double range = config.number("clip_sample_range", 1.0);
    return config.flag("clip_sample", clipByDefault) ? new Clip((float) range) : new Unlimited();
  }

  /** Reads both; thresholding wins. */
  static SampleLimit read(SchedulerConfig config, boolean clipByDefault) {
    SampleLimit clipping = readClipping(config, clipByDefault);
    SampleLimit thresholding = readThresholding(config);
    return thresholding instanceof Unlimited ? clipping : thresholding;
  }

  /** Leaves the original as it is. */
  record Unlimited() implements SampleLimit {
    @Override
    public void apply(float[] original, SampleLayout layout) {}
  }

  /**
   * Clips every value.
   *
   * @param range the largest magnitude
   */
  record Clip(float range) implements SampleLimit {
    @Override
    public void apply(float[] original, SampleLayout layout) {
      for (int k = 0; k < original.length; k++) {
        original[k] = Math.min(Math.max(original[k], -range), range);
      }
    }
  }

  /**
   * Dynamic thresholding (https://arxiv.org/abs/2205.11487): clips each sample to a quantile of its
   * own magnitudes and divides by it.
   *
   * @param ratio the quantile, 0 to 1, interpolated linearly as by {@code torch.quantile}
   * @param highest upper bound of the threshold, whose lower bound is 1
   */
  record DynamicThreshold(float ratio, float highest) implements SampleLimit {
    @Override
    public void apply(float[] original, SampleLayout layout) {
      for (int sample = 0; sample < layout.batch(); sample++) {
        int from = sample * layout.elementsPerSample();
        int to = from + layout.elementsPerSample();
        float[] magnitudes = Arrays.copyOfRange(original, from, to);
        for (int k = 0; k < magnitudes.length; k++) {
          magnitudes[k] = Math.abs(magnitudes[k]);
        }
        Arrays.sort(magnitudes);
        float threshold = Math.min(Math.max(quantile(magnitudes), 1), highest);
        for (int k = from; k < to; k++) {
          original[k] = Math.min(Math.max(original[k], -threshold), threshold) / threshold;
        }
      }
    }

    private float quantile(float[] sorted) {
      float rank = ratio * (sorted.length - 1);
      int below = (int) rank;
      int above = (int) Math.ceil(rank);
      float weight = rank - below;
      float difference = sorted[above] - sorted[below];
      return weight < 0.5f
          ? sorted[below] + weight * difference
          : sorted[above] - difference * (1 - weight);
    }
  }
}
