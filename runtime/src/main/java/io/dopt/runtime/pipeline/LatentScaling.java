package io.dopt.runtime.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Between the latents of the VAE and those of the denoiser, as the pipelines of diffusers compute
 * it around the VAE's calls.
 *
 * @param factor the VAE's {@code scaling_factor}
 * @param mean per channel, with {@code deviation}; SDXL only
 * @param deviation per channel
 */
record LatentScaling(float factor, Optional<float[]> mean, Optional<float[]> deviation) {
  private static final double AUTOENCODER_KL_DEFAULT = 0.18215;
  private static final double AUTOENCODER_TINY_DEFAULT = 1.0;

  /**
   * Reads the VAE's configuration.
   *
   * @param channels latent channels
   * @param appliesStatistics whether the pipeline applies {@code latents_mean} and {@code
   *     latents_std}
   * @throws DoptException (BAD_INPUT) when they are not one number per channel
   */
  static LatentScaling of(JsonNode vaeConfig, int channels, boolean appliesStatistics) {
    double byDefault =
        vaeConfig.path("_class_name").asText().equals("AutoencoderTiny")
            ? AUTOENCODER_TINY_DEFAULT
            : AUTOENCODER_KL_DEFAULT;
    float factor = (float) vaeConfig.path("scaling_factor").asDouble(byDefault);
    Optional<float[]> mean = perChannel(vaeConfig, "latents_mean", channels);
    Optional<float[]> deviation = perChannel(vaeConfig, "latents_std", channels);
    return appliesStatistics && mean.isPresent() && deviation.isPresent()
        ? new LatentScaling(factor, mean, deviation)
        : new LatentScaling(factor, Optional.empty(), Optional.empty());
  }

  /** Keys of the VAE's configuration that the pipeline leaves out of its arithmetic. */
  static List<String> keysLeftOut(JsonNode vaeConfig, boolean appliesStatistics) {
    return Stream.of("shift_factor", "latents_mean", "latents_std")
        .filter(key -> vaeConfig.hasNonNull(key) && vaeConfig.get(key).asDouble(1) != 0)
        .filter(key -> key.equals("shift_factor") || !appliesStatistics)
        .toList();
  }

  private static Optional<float[]> perChannel(JsonNode config, String key, int channels) {
    JsonNode list = config.path(key);
    if (list.isMissingNode() || list.isNull()) {
      return Optional.empty();
    }
    float[] values = new float[channels];
    if (list.size() != channels) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          "The VAE's " + key + " has " + list.size() + " entries for " + channels + " channels.");
    }
    for (int channel = 0; channel < channels; channel++) {
      values[channel] = (float) list.get(channel).asDouble();
    }
    return Optional.of(values);
  }

  /** Turns one image's latents of the denoiser into the VAE's, in place. */
  void toVae(float[] latents) {
    int perChannel = latents.length / mean.map(values -> values.length).orElse(1);
    for (int i = 0; i < latents.length; i++) {
      latents[i] =
          mean.isPresent()
              ? latents[i] * deviation.get()[i / perChannel] / factor + mean.get()[i / perChannel]
              : latents[i] / factor;
    }
  }

  /** Turns one image's latents of the VAE into the denoiser's, in place. */
  void toDenoiser(float[] latents) {
    int perChannel = latents.length / mean.map(values -> values.length).orElse(1);
    for (int i = 0; i < latents.length; i++) {
      latents[i] =
          mean.isPresent()
              ? (latents[i] - mean.get()[i / perChannel]) * factor / deviation.get()[i / perChannel]
              : factor * latents[i];
    }
  }
}
