package io.dopt.runtime.scheduler;

import java.util.Arrays;
import java.util.List;

/**
 * {@code prediction_type}: what the denoiser's output means. With a sample {@code x = alpha *
 * original + sigma * noise} the output is the noise, the original, {@code alpha * noise - sigma *
 * original}, or (with {@code alpha = 1 - sigma}) the flow {@code noise - original}.
 */
enum Prediction {
  EPSILON("epsilon"),
  SAMPLE("sample"),
  V_PREDICTION("v_prediction"),
  FLOW_PREDICTION("flow_prediction");

  private final String configName;

  Prediction(String configName) {
    this.configName = configName;
  }

  static Prediction read(SchedulerConfig config, Prediction... supported) {
    List<String> names = Arrays.stream(supported).map(prediction -> prediction.configName).toList();
    String chosen = config.choice("prediction_type", "epsilon", names);
    return supported[names.indexOf(chosen)];
  }

  /**
   * The original that the output implies.
   *
   * @param result receives it
   */
  void original(float[] output, float[] sample, float alpha, float sigma, float[] result) {
    switch (this) {
      case EPSILON -> {
        for (int k = 0; k < result.length; k++) {
          result[k] = (sample[k] - sigma * output[k]) / alpha;
        }
      }
      case SAMPLE -> System.arraycopy(output, 0, result, 0, result.length);
      case V_PREDICTION -> {
        for (int k = 0; k < result.length; k++) {
          result[k] = alpha * sample[k] - sigma * output[k];
        }
      }
      case FLOW_PREDICTION -> {
        for (int k = 0; k < result.length; k++) {
          result[k] = sample[k] - sigma * output[k];
        }
      }
    }
  }

  /**
   * The original that the output implies when the sample is {@code original + sigma * noise}, as
   * the Euler family keeps it.
   */
  void originalOfUnitScale(float[] output, float[] sample, float sigma, float[] result) {
    if (this != V_PREDICTION) {
      original(output, sample, 1, sigma, result);
      return;
    }
    float variance = sigma * sigma + 1;
    float outputWeight = -sigma / Float32.sqrt(variance);
    for (int k = 0; k < result.length; k++) {
      result[k] = output[k] * outputWeight + sample[k] / variance;
    }
  }

  /** The noise that the output implies; not for flows. */
  void noise(float[] output, float[] sample, float alpha, float sigma, float[] result) {
    switch (this) {
      case EPSILON -> System.arraycopy(output, 0, result, 0, result.length);
      case SAMPLE -> {
        for (int k = 0; k < result.length; k++) {
          result[k] = (sample[k] - alpha * output[k]) / sigma;
        }
      }
      case V_PREDICTION -> {
        for (int k = 0; k < result.length; k++) {
          result[k] = alpha * output[k] + sigma * sample[k];
        }
      }
      case FLOW_PREDICTION -> throw new IllegalStateException("a flow solver predicts originals");
    }
  }
}
