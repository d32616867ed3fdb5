package io.dopt.importer.checkpoint;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What a user may say about a checkpoint beside its path.
 *
 * @param variant which of several weight files to take, {@code fp16} or {@code non_ema}; components
 *     without that variant take their plain file, as in diffusers
 * @param config for single files: a diffusers folder whose model_index.json, configs, tokenizers
 *     and scheduler to use; its weights are not looked at
 * @param predictionType for single files: {@code epsilon}, {@code v_prediction} or {@code sample}
 */
public record CheckpointOptions(
    Optional<String> variant, Optional<Path> config, Optional<String> predictionType) {
  /** Nothing said. */
  public static CheckpointOptions none() {
    return new CheckpointOptions(Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** The same with {@code variant}. */
  public CheckpointOptions withVariant(String variant) {
    return new CheckpointOptions(Optional.of(variant), config, predictionType);
  }

  /** The same with {@code config}. */
  public CheckpointOptions withConfig(Path config) {
    return new CheckpointOptions(variant, Optional.of(config), predictionType);
  }

  /** The same with {@code predictionType}. */
  public CheckpointOptions withPredictionType(String predictionType) {
    return new CheckpointOptions(variant, config, Optional.of(predictionType));
  }
}
