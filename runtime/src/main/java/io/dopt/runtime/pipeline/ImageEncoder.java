package io.dopt.runtime.pipeline;

import io.dopt.runtime.bundle.ComponentManifest;
import io.dopt.runtime.engine.ComponentEngines;
import io.dopt.runtime.engine.EngineCall;
import io.dopt.runtime.engine.TensorBuffer;
import io.dopt.runtime.image.RgbImage;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The VAE's encoder on the initial image of image-to-image: a distribution over latents, or for
 * AutoencoderTiny the latents themselves.
 */
final class ImageEncoder {
  static final String COMPONENT = "vae_encoder";

  /** The clamp of diffusers' {@code DiagonalGaussianDistribution}. */
  private static final float LOGVAR_MINIMUM = -30f;

  private static final float LOGVAR_MAXIMUM = 20f;

  private final float[] mean;
  private final float[] deviation;
  private final LatentScaling scaling;

  /** Encodes the image once; its latents are drawn per seed. */
  ImageEncoder(
      ComponentEngines engines,
      RgbImage image,
      LatentScaling scaling,
      StageTimings.Recorder timings) {
    this.scaling = scaling;
    ComponentManifest manifest = engines.bundle().component(COMPONENT);
    List<Long> shape = List.of(1L, 3L, (long) image.size().height(), (long) image.size().width());
    try (EngineCall call =
        engines.prepare(COMPONENT, manifest.bindingsOf(Map.of("sample", shape)))) {
      call.input("sample").put(0, normalize(image));
      StageTimings.Recorder.time(timings.vaeEncode, call::run);
      boolean distribution =
          manifest.outputs().stream().anyMatch(output -> output.name().equals("logvar"));
      mean = read(call.output("mean"));
      deviation = new float[distribution ? mean.length : 0];
      if (distribution) {
        float[] logvar = read(call.output("logvar"));
        for (int i = 0; i < logvar.length; i++) {
          float clamped = Math.max(LOGVAR_MINIMUM, Math.min(LOGVAR_MAXIMUM, logvar[i]));
          deviation[i] = (float) Math.exp(0.5f * clamped);
        }
      }
    }
  }

  /**
   * The latents of the denoiser.
   *
   * @param noise of the sample; the distribution's mean is taken without
   */
  float[] latents(Optional<float[]> noise) {
    float[] latents = mean.clone();
    if (noise.isPresent() && deviation.length > 0) {
      float[] normal = noise.get();
      for (int i = 0; i < latents.length; i++) {
        latents[i] += deviation[i] * normal[i];
      }
    }
    scaling.toDenoiser(latents);
    return latents;
  }

  private static float[] read(TensorBuffer buffer) {
    float[] values = new float[buffer.elementCount()];
    buffer.get(0, values);
    return values;
  }

  /** An image in 0..1 to {@code [3, H, W]} in -1..1. */
  private static float[] normalize(RgbImage image) {
    float[] values = image.values();
    int pixels = values.length / RgbImage.CHANNELS;
    float[] planes = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      planes[i % RgbImage.CHANNELS * pixels + i / RgbImage.CHANNELS] = 2f * values[i] - 1f;
    }
    return planes;
  }
}
