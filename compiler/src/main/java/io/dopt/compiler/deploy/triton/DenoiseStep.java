package io.dopt.compiler.deploy.triton;

import io.dopt.runtime.bundle.TensorSignature;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * An ensemble: a prompt's tokens, a noisy sample and a timestep in, the denoiser's output out. The
 * text encoder's features go to the denoiser inside the server. The loop around it, with scheduler
 * and guidance, is the client's: an ensemble cannot loop.
 *
 * @param name of the model
 * @param inputs what a client sends
 * @param outputs what it gets
 * @param steps in order
 */
record DenoiseStep(
    String name, List<EngineTensor> inputs, List<EngineTensor> outputs, List<Step> steps) {
  private static final String CONDITION = "encoder_hidden_states";

  /**
   * A call of a model in the ensemble.
   *
   * @param model its name
   * @param inputs the ensemble's tensor by the model's
   * @param outputs the ensemble's tensor by the model's
   */
  record Step(String model, SortedMap<String, String> inputs, SortedMap<String, String> outputs) {}

  /**
   * The ensemble of a text encoder and a denoiser.
   *
   * @param features the text encoder's output that conditions the denoiser, as manifests call it
   * @return empty when the encoder's engine takes another batch than the denoiser's
   */
  static Optional<DenoiseStep> of(
      String name, TritonModel encoder, String features, TritonModel denoiser) {
    Optional<Long> batch = Optional.ofNullable(denoiser.engine().bindings().get("batch"));
    Map<String, Long> encoderBindings = encoder.engine().bindings();
    if (!encoderBindings.isEmpty()
        && !Optional.ofNullable(encoderBindings.get("batch")).equals(batch)) {
      return Optional.empty();
    }
    List<EngineTensor> inputs = new ArrayList<>();
    SortedMap<String, String> tokens = new TreeMap<>();
    for (EngineTensor input : encoder.signature().inputs()) {
      tokens.put(input.name(), input.name());
      inputs.add(new EngineTensor(input.name(), input.type(), withBatch(input, batch)));
    }
    SortedMap<String, String> denoiserInputs = new TreeMap<>();
    for (EngineTensor input : denoiser.signature().inputs()) {
      denoiserInputs.put(input.name(), input.name());
      if (!input.name().equals(CONDITION)) {
        inputs.add(input);
      }
    }
    SortedMap<String, String> outputs = new TreeMap<>();
    denoiser.signature().outputs().forEach(output -> outputs.put(output.name(), output.name()));
    String condition = encoder.signature().outputNamed(encoder.component(), features);
    return Optional.of(
        new DenoiseStep(
            name,
            inputs,
            denoiser.signature().outputs(),
            List.of(
                new Step(encoder.name(), tokens, new TreeMap<>(Map.of(condition, CONDITION))),
                new Step(denoiser.name(), denoiserInputs, outputs))));
  }

  /** Whether a denoiser takes what text encoders give under the name that is linked here. */
  static boolean isConditioned(TritonModel denoiser) {
    return denoiser.component().inputs().stream()
        .map(TensorSignature::name)
        .anyMatch(CONDITION::equals);
  }

  /** The encoder's shape in the denoiser's batch: whoever is not batched says it in full. */
  private static List<Long> withBatch(EngineTensor input, Optional<Long> batch) {
    List<Long> dimensions = new ArrayList<>(input.dimensions());
    if (!dimensions.isEmpty() && dimensions.get(0) == EngineTensor.VARIABLE) {
      dimensions.set(0, batch.orElse(EngineTensor.VARIABLE));
    }
    return dimensions;
  }
}
