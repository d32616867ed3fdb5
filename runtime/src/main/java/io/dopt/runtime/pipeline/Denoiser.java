package io.dopt.runtime.pipeline;

import io.dopt.runtime.bundle.ComponentManifest;
import io.dopt.runtime.bundle.TensorSignature;
import io.dopt.runtime.engine.ComponentEngines;
import io.dopt.runtime.engine.EngineCall;
import io.dopt.runtime.engine.TensorBuffer;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The unet for a batch of images: with guidance, one call of twice the batch, unconditional half
 * first. Its buffers and arrays are allocated once for all steps.
 */
final class Denoiser implements AutoCloseable {
  static final String COMPONENT = "unet";

  private static final Set<String> KNOWN_INPUTS =
      Set.of(
          "sample",
          "timestep",
          "encoder_hidden_states",
          "text_embeds",
          "time_ids",
          "timestep_cond");

  private final EngineCall call;
  private final Optional<Guidance> guidance;
  private final StageTimings.Recorder timings;
  private final TensorBuffer sample;
  private final TensorBuffer timestep;
  private final TensorBuffer output;
  private final int perImage;
  private final float[] prediction;
  private final float[] conditional;

  /**
   * @param batch images
   * @param latentShape {@code [C, h, w]} of one image
   * @param sequence tokens of the text window
   */
  Denoiser(
      ComponentEngines engines,
      int batch,
      List<Long> latentShape,
      long sequence,
      Optional<Guidance> guidance,
      StageTimings.Recorder timings) {
    this.guidance = guidance;
    this.timings = timings;
    ComponentManifest manifest = engines.bundle().component(COMPONENT);
    long rows = guidance.isPresent() ? 2L * batch : batch;
    long features = features(manifest, "encoder_hidden_states").orElse(0);
    this.call =
        engines.prepare(
            COMPONENT,
            manifest.bindingsOf(
                Map.of(
                    "sample",
                    List.of(rows, latentShape.get(0), latentShape.get(1), latentShape.get(2)),
                    "encoder_hidden_states",
                    List.of(rows, sequence, features))));
    this.sample = call.input("sample");
    this.timestep = call.input("timestep");
    this.output = call.output("sample");
    this.perImage = sample.elementCount() / Math.toIntExact(rows);
    this.prediction = new float[batch * perImage];
    this.conditional = new float[guidance.isPresent() ? batch * perImage : 0];
  }

  /**
   * Refuses a unet that the pipelines of this runtime cannot feed.
   *
   * @throws DoptException (UNSUPPORTED) naming the input
   */
  static void requireKnownInputs(ComponentManifest manifest) {
    for (TensorSignature input : manifest.inputs()) {
      if (!KNOWN_INPUTS.contains(input.name())) {
        throw new DoptException(
            ErrorCode.UNSUPPORTED,
            "The unet takes '"
                + input.name()
                + "', which no pipeline of this runtime gives it; use 'dopt run' to call it.");
      }
    }
  }

  /** The last dimension of an input, when the unet takes it. */
  static Optional<Integer> features(ComponentManifest manifest, String input) {
    return manifest.inputs().stream()
        .filter(tensor -> tensor.name().equals(input))
        .map(tensor -> Math.toIntExact(tensor.shape().get(-1).constant()))
        .findFirst();
  }

  /**
   * Sets one image's conditioning for all following steps.
   *
   * @param image its place in the batch
   * @param conditioning by input name, one row each
   * @param unconditional the same of the negative prompt; not read without guidance
   */
  void condition(int image, Map<String, float[]> conditioning, Map<String, float[]> unconditional) {
    int images = prediction.length / perImage;
    if (guidance.isPresent()) {
      putRow(image, unconditional);
      putRow(images + image, conditioning);
    } else {
      putRow(image, conditioning);
    }
  }

  private void putRow(int row, Map<String, float[]> values) {
    int rows = sample.elementCount() / perImage;
    values.forEach(
        (name, value) -> {
          TensorBuffer buffer = call.input(name);
          if (value.length * rows != buffer.elementCount()) {
            throw new DoptException(
                ErrorCode.BAD_INPUT,
                String.format(
                    "The unet's '%s' is %s for %d rows, but a row of it has %d values here; the "
                        + "text encoders and the unet are not of one model.",
                    name, buffer.shape(), rows, value.length));
          }
          buffer.put(row * value.length, value);
        });
  }

  /**
   * Predicts for the whole batch.
   *
   * @param scaled the scheduler's model input, {@code [batch, C, h, w]}
   * @return the guided prediction; overwritten by the next call
   */
  float[] predict(float[] scaled, double time) {
    sample.put(0, scaled);
    if (guidance.isPresent()) {
      sample.put(scaled.length, scaled);
    }
    timestep.put(0, (float) time);
    StageTimings.Recorder.time(timings.denoise, call::run);
    output.get(0, prediction);
    if (guidance.isPresent()) {
      output.get(prediction.length, conditional);
      guidance.get().apply(prediction, conditional, perImage);
    }
    return prediction;
  }

  /** The call whose outputs the last prediction is from. */
  EngineCall call() {
    return call;
  }

  @Override
  public void close() {
    call.close();
  }
}
