package io.dopt.runtime.scheduler;

import java.util.List;
import java.util.Locale;

/** {@code variance_type}: how much noise a step of {@link DDPMScheduler} adds. */
enum DDPMVariance {
  FIXED_SMALL,
  FIXED_SMALL_LOG,
  FIXED_LARGE,
  LEARNED,
  LEARNED_RANGE;

  static DDPMVariance read(SchedulerConfig config) {
    String key = "variance_type";
    String chosen =
        config.choice(
            key,
            "fixed_small",
            List.of(
                "fixed_small",
                "fixed_small_log",
                "fixed_large",
                "fixed_large_log",
                "learned",
                "learned_range"));
    if (chosen.equals("fixed_large_log")) {
      throw config.unsupported(key, "its deviation is the root of a negative number");
    }
    return valueOf(chosen.toUpperCase(Locale.ROOT));
  }

  boolean isLearned() {
    return this == LEARNED || this == LEARNED_RANGE;
  }

  /**
   * The standard deviation of the noise when it is not learned.
   *
   * @param posterior variance of the posterior, the smaller bound
   * @param stepBeta variance the forward process adds in this step, the larger bound
   */
  float deviation(float posterior, float stepBeta) {
    return switch (this) {
      case FIXED_SMALL -> Float32.sqrt(posterior);
      case FIXED_SMALL_LOG -> Float32.exp(0.5f * Float32.log(posterior));
      case FIXED_LARGE -> Float32.sqrt(stepBeta);
      case LEARNED, LEARNED_RANGE -> throw new IllegalStateException("each element has its own");
    };
  }

  /** The standard deviation of one element, from what the denoiser predicted for it. */
  float learnedDeviation(float predicted, float posterior, float stepBeta) {
    if (this == LEARNED) {
      return Float32.sqrt(predicted);
    }
    float share = (predicted + 1) / 2;
    float logarithm = share * Float32.log(stepBeta) + (1 - share) * Float32.log(posterior);
    return Float32.exp(0.5f * logarithm);
  }
}
