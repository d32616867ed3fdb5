package io.dopt.importer.checkpoint;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Opens a checkpoint, whatever it is. */
public final class CheckpointReader {
  private CheckpointReader() {}

  /**
   * Opens a diffusers pipeline folder (model_index.json), the folder of a CLIP or of one component
   * (config.json), or a single file of the original layout ({@code .safetensors}, or a torch
   * pickle: {@code .ckpt}, {@code .bin}, {@code .pt}, {@code .pth}).
   *
   * @throws DoptException (IO) when it does not exist; (USAGE) for an option that does not go with
   *     it; (BAD_INPUT, UNSUPPORTED) when it is damaged or nothing dopt knows
   */
  public static Checkpoint open(Path source, CheckpointOptions options) {
    if (Files.isDirectory(source)) {
      if (options.config().isPresent() || options.predictionType().isPresent()) {
        throw new DoptException(
            ErrorCode.USAGE,
            "--config and --prediction-type are for single files; the folder "
                + source
                + " has its own configuration.");
      }
      if (Files.exists(source.resolve(ModelIndex.FILE_NAME))) {
        return new DiffusersFolder(source, options.variant());
      }
      if (Files.exists(source.resolve("config.json"))) {
        SingleComponent single = new SingleComponent(source, options.variant());
        return single.className().equals(ClipFolder.CLASS) ? new ClipFolder(single) : single;
      }
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          source
              + " has neither a model_index.json nor a config.json, so it is no diffusers checkpoint."
              + " Name the folder that has one, or a single .safetensors or .ckpt file.");
    }
    if (!Files.exists(source)) {
      throw new DoptException(ErrorCode.IO, source + " does not exist.");
    }
    String name = source.getFileName().toString().toLowerCase(Locale.ROOT);
    if (!name.matches(".*\\.(safetensors|ckpt|bin|pt|pth)")) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          source + " is no checkpoint: expected a folder, .safetensors, .ckpt, .bin, .pt or .pth.");
    }
    if (options.variant().isPresent()) {
      throw new DoptException(
          ErrorCode.USAGE, "--variant is for folders; name the single file you want instead.");
    }
    return new SingleFile(source, options);
  }
}
