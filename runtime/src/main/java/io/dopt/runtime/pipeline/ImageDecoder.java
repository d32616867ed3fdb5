package io.dopt.runtime.pipeline;

import io.dopt.runtime.bundle.ImageSize;
import io.dopt.runtime.engine.ComponentEngines;
import io.dopt.runtime.engine.EngineCall;
import io.dopt.runtime.engine.TensorBuffer;
import io.dopt.runtime.image.RgbImage;
import java.util.List;
import java.util.Map;

/** The VAE's decoder, one image at a time: latents of the denoiser to pixels. */
final class ImageDecoder implements AutoCloseable {
  static final String COMPONENT = "vae_decoder";

  private final EngineCall call;
  private final LatentScaling scaling;
  private final StageTimings.Recorder timings;

  /**
   * @param latentShape {@code [C, h, w]} of one image
   */
  ImageDecoder(
      ComponentEngines engines,
      List<Long> latentShape,
      LatentScaling scaling,
      StageTimings.Recorder timings) {
    this.scaling = scaling;
    this.timings = timings;
    List<Long> shape = List.of(1L, latentShape.get(0), latentShape.get(1), latentShape.get(2));
    this.call =
        engines.prepare(
            COMPONENT, engines.bundle().component(COMPONENT).bindingsOf(Map.of("latent", shape)));
  }

  /** Decodes one image's latents, which stay as they are. */
  RgbImage decode(float[] latents) {
    float[] scaled = latents.clone();
    scaling.toVae(scaled);
    call.input("latent").put(0, scaled);
    StageTimings.Recorder.time(timings.vaeDecode, call::run);
    TensorBuffer sample = call.output("sample");
    float[] planes = new float[sample.elementCount()];
    sample.get(0, planes);
    return denormalize(
        planes,
        new ImageSize(
            Math.toIntExact(sample.shape().get(2)), Math.toIntExact(sample.shape().get(3))));
  }

  /** {@code [3, H, W]} in -1..1 to an image in 0..1; what is not a number stays so. */
  private static RgbImage denormalize(float[] planes, ImageSize size) {
    int pixels = size.height() * size.width();
    float[] values = new float[planes.length];
    for (int i = 0; i < planes.length; i++) {
      float value = planes[i] * 0.5f + 0.5f;
      values[i % pixels * RgbImage.CHANNELS + i / pixels] = Math.max(0f, Math.min(1f, value));
    }
    return new RgbImage(size, values);
  }

  @Override
  public void close() {
    call.close();
  }
}
