package io.dopt.importer.synthetic;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Where the small files of a checkpoint come from: a built-in configuration or a folder. */
interface CheckpointTemplate {
  /** The built-in configurations. */
  List<String> BUILT_IN = List.of("sd15", "sd21", "sdxl");

  /** What messages call it. */
  String name();

  /**
   * A file's bytes.
   *
   * @param path relative, segments separated by {@code /}
   */
  Optional<byte[]> read(String path);

  /**
   * A JSON object.
   *
   * @throws DoptException (BAD_INPUT) when it is missing or no JSON object
   */
  default ObjectNode json(String path) {
    byte[] bytes =
        read(path)
            .orElseThrow(
                () ->
                    new DoptException(
                        ErrorCode.BAD_INPUT, name() + " has no " + path + ", which synth needs."));
    try {
      if (new ObjectMapper().readTree(bytes) instanceof ObjectNode object) {
        return object;
      }
    } catch (JsonProcessingException e) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          path + " of " + name() + " is not valid JSON: " + e.getOriginalMessage() + ".",
          e);
    } catch (IOException e) {
      throw new DoptException(ErrorCode.IO, path + " of " + name() + " cannot be read.", e);
    }
    throw new DoptException(
        ErrorCode.BAD_INPUT, path + " of " + name() + " does not hold a JSON object.");
  }

  /**
   * The template called that, or lying there.
   *
   * @throws DoptException (USAGE) when it is neither, naming the built-in ones
   */
  static CheckpointTemplate of(String nameOrFolder) {
    if (BUILT_IN.contains(nameOrFolder)) {
      return new BuiltIn(nameOrFolder);
    }
    Path folder = Path.of(nameOrFolder);
    if (Files.isDirectory(folder)) {
      return new Folder(folder);
    }
    throw new DoptException(
        ErrorCode.USAGE,
        String.format(
            "There is no configuration '%s'. Built in are %s; or name a folder with a"
                + " model_index.json and the config.json of each component.",
            nameOrFolder, String.join(", ", BUILT_IN)));
  }

  /** Resources of this package. The tokenizer of bytes without merges serves all of them. */
  record BuiltIn(String name) implements CheckpointTemplate {
    @Override
    public Optional<byte[]> read(String path) {
      String file = path.substring(path.lastIndexOf('/') + 1);
      boolean shared = file.equals("vocab.json") || file.equals("merges.txt");
      String resource = shared ? "tokenizer/" + file : name + "/" + path;
      try (InputStream in = BuiltIn.class.getResourceAsStream(resource)) {
        return in == null ? Optional.empty() : Optional.of(in.readAllBytes());
      } catch (IOException e) {
        throw new DoptException(ErrorCode.INTERNAL, "The resource " + resource + " is broken.", e);
      }
    }
  }

  /** Files of a folder; weights in it are not looked at. */
  record Folder(Path folder) implements CheckpointTemplate {
    private static final long MAXIMUM_BYTES = 64L << 20;

    @Override
    public String name() {
      return folder.toString();
    }

    @Override
    public Optional<byte[]> read(String path) {
      Path file = folder.resolve(path);
      if (!Files.isRegularFile(file)) {
        return Optional.empty();
      }
      try {
        if (Files.size(file) > MAXIMUM_BYTES) {
          throw new DoptException(
              ErrorCode.BAD_INPUT, file + " is too large for a configuration file.");
        }
        return Optional.of(Files.readAllBytes(file));
      } catch (IOException e) {
        throw new DoptException(ErrorCode.IO, file + " cannot be read: " + e.getMessage() + ".", e);
      }
    }
  }
}
