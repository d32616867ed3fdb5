package io.dopt.runtime.pipeline;

import io.dopt.runtime.bundle.ComponentManifest;
import io.dopt.runtime.engine.ComponentEngines;
import io.dopt.runtime.engine.EngineCall;
import io.dopt.runtime.engine.TensorBuffer;
import io.dopt.runtime.pipeline.PipelineFamily.PromptTower;
import io.dopt.runtime.tokenizer.PromptTokenizer;
import io.dopt.runtime.tokenizer.TokenizedPrompt;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Encodes the prompts of one generation, one that repeats soon only once: every tower's features
 * side by side, and the pooled embedding of the first tower that projects one (diffusers, {@code
 * encode_prompt} of the Stable Diffusion pipelines).
 */
final class PromptEncoder implements AutoCloseable {
  private static final String POOLED = "text_embeds";

  private final List<PromptTower> towers;
  private final Map<String, PromptTokenizer> tokenizers;
  private final ComponentEngines engines;
  private final GenerationListener listener;
  private final StageTimings.Recorder timings;
  private final Map<String, EngineCall> calls = new HashMap<>();
  private final RecentPrompts recent = new RecentPrompts();
  private final Set<String> warned = new HashSet<>();

  PromptEncoder(
      List<PromptTower> towers,
      Map<String, PromptTokenizer> tokenizers,
      ComponentEngines engines,
      GenerationListener listener,
      StageTimings.Recorder timings) {
    this.towers = towers;
    this.tokenizers = tokenizers;
    this.engines = engines;
    this.listener = listener;
    this.timings = timings;
  }

  /** Encodes a prompt and warns of what did not fit the text window. */
  EncodedPrompt encode(String prompt) {
    return recent.get(prompt, this::run);
  }

  private EncodedPrompt run(String prompt) {
    List<TensorBuffer> features = new ArrayList<>();
    Optional<float[]> pooled = Optional.empty();
    for (PromptTower tower : towers) {
      TokenizedPrompt tokens = tokenizers.get(tower.tokenizer()).encode(prompt);
      tokens.dropped().ifPresent(part -> warnOf(part, tokens.ids().length));
      EngineCall call = call(tower);
      call.input("input_ids").put(0, tokens.ids());
      StageTimings.Recorder.time(timings.textEncode, call::run);
      features.add(call.output(tower.features()));
      if (pooled.isEmpty()
          && engines.bundle().component(tower.component()).outputs().stream()
              .anyMatch(output -> output.name().equals(POOLED))) {
        float[] values = new float[call.output(POOLED).elementCount()];
        call.output(POOLED).get(0, values);
        pooled = Optional.of(values);
      }
    }
    return new EncodedPrompt(concatenate(features), pooled);
  }

  private void warnOf(String part, int window) {
    if (warned.add(part)) {
      listener.warning(
          "The prompt is longer than the "
              + window
              + " tokens the text encoder reads; this part of it was dropped: \""
              + part
              + "\"");
    }
  }

  private EngineCall call(PromptTower tower) {
    return calls.computeIfAbsent(
        tower.component(),
        component -> {
          long window = tokenizers.get(tower.tokenizer()).maxLength();
          return engines.prepare(
              component,
              engines
                  .bundle()
                  .component(component)
                  .bindingsOf(Map.of("input_ids", List.of(1L, window))));
        });
  }

  /** Joins {@code [1, sequence, features]} tensors along their last axis. */
  private float[] concatenate(List<TensorBuffer> parts) {
    long sequence = parts.get(0).shape().get(1);
    int total = 0;
    for (TensorBuffer part : parts) {
      if (part.shape().get(1) != sequence) {
        throw new DoptException(
            ErrorCode.BAD_INPUT,
            "The text encoders read windows of different lengths: "
                + parts.stream().map(TensorBuffer::shape).toList()
                + ".");
      }
      total += Math.toIntExact(part.shape().get(2));
    }
    ComponentManifest unet = engines.bundle().component(Denoiser.COMPONENT);
    int expected = Denoiser.features(unet, "encoder_hidden_states").orElse(0);
    if (total != expected) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          String.format(
              "The text encoders give %d features per token, the unet takes %d; they are not of "
                  + "one model.",
              total, expected));
    }
    float[] joined = new float[Math.toIntExact(sequence) * total];
    int column = 0;
    for (TensorBuffer part : parts) {
      float[] row = new float[Math.toIntExact(part.shape().get(2))];
      for (int token = 0; token < sequence; token++) {
        part.get(token * row.length, row);
        System.arraycopy(row, 0, joined, token * total + column, row.length);
      }
      column += row.length;
    }
    return joined;
  }

  @Override
  public void close() {
    calls.values().forEach(EngineCall::close);
  }
}
