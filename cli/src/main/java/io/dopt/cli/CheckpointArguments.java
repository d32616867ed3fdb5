package io.dopt.cli;

import io.dopt.importer.checkpoint.Checkpoint;
import io.dopt.importer.checkpoint.CheckpointOptions;
import io.dopt.importer.checkpoint.CheckpointReader;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import picocli.CommandLine.Option;

/** How to read a checkpoint; for every command that takes one. */
final class CheckpointArguments {
  @Option(
      names = "--variant",
      paramLabel = "NAME",
      description = "Weight files to take from a folder, for example fp16 or non_ema.")
  private String variant;

  @Option(
      names = "--config",
      paramLabel = "FOLDER",
      description = "For a single file: a diffusers folder whose configuration to use.")
  private Path config;

  @Option(
      names = "--prediction-type",
      paramLabel = "TYPE",
      description = "For a single file: epsilon, v_prediction or sample.")
  private String predictionType;

  /** Opens a checkpoint; the caller closes it. */
  Checkpoint open(Path source) {
    return CheckpointReader.open(
        source,
        new CheckpointOptions(
            Optional.ofNullable(variant),
            Optional.ofNullable(config),
            Optional.ofNullable(predictionType)));
  }

  /**
   * For commands that also take what is no checkpoint.
   *
   * @param what the path names instead
   * @throws DoptException (USAGE) when any of the options was given, naming it
   */
  void refuseFor(String what) {
    Map<String, Optional<?>> options = new LinkedHashMap<>();
    options.put("--variant", Optional.ofNullable(variant));
    options.put("--config", Optional.ofNullable(config));
    options.put("--prediction-type", Optional.ofNullable(predictionType));
    options.forEach(
        (name, value) -> {
          if (value.isPresent()) {
            throw new DoptException(
                ErrorCode.USAGE, name + " says how to read a checkpoint; " + what + ".");
          }
        });
  }

  /** What was said, for the lock. */
  SortedMap<String, String> recipe() {
    SortedMap<String, String> recipe = new TreeMap<>();
    Optional.ofNullable(variant).ifPresent(value -> recipe.put("variant", value));
    Optional.ofNullable(predictionType).ifPresent(value -> recipe.put("predictionType", value));
    return recipe;
  }
}
