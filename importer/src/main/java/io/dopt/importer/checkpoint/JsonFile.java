package io.dopt.importer.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads the JSON objects of a checkpoint, as strictly as a file from a stranger deserves. */
final class JsonFile {
  /** Far above any config, index or tokenizer; keeps a hostile file from filling the heap. */
  static final long MAXIMUM_BYTES = 64L << 20;

  /** Python's json module writes {@code -Infinity}, which scheduler configs do contain. */
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private JsonFile() {}

  /**
   * Reads the object a file consists of.
   *
   * @throws DoptException (IO) when it cannot be read; (BAD_INPUT) when it is not one JSON object
   */
  static ObjectNode read(Path path) {
    try {
      if (!Files.isRegularFile(path) && Files.exists(path)) {
        throw new DoptException(ErrorCode.BAD_INPUT, path + " is not a regular file.");
      }
      if (Files.size(path) > MAXIMUM_BYTES) {
        throw new DoptException(
            ErrorCode.BAD_INPUT,
            path + " has " + Files.size(path) + " bytes, too many for a JSON file of a model.");
      }
      JsonNode node = MAPPER.readTree(Files.readAllBytes(path));
      if (node instanceof ObjectNode object) {
        return object;
      }
      throw new DoptException(ErrorCode.BAD_INPUT, path + " does not hold a JSON object.");
    } catch (NoSuchFileException e) {
      throw new DoptException(
          ErrorCode.IO, path + " does not exist. The checkpoint is incomplete.", e);
    } catch (JsonProcessingException e) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          String.format(
              "%s is not valid JSON (line %d): %s.",
              path,
              e.getLocation() == null ? 0 : e.getLocation().getLineNr(),
              e.getOriginalMessage()),
          e);
    } catch (IOException e) {
      throw new DoptException(ErrorCode.IO, path + " cannot be read: " + e.getMessage() + ".", e);
    }
  }

  /** Bytes of a JSON object, compact. */
  static byte[] write(ObjectNode object) {
    try {
      return MAPPER.writeValueAsBytes(object);
    } catch (JsonProcessingException e) {
      throw new DoptException(ErrorCode.INTERNAL, "JSON cannot be written.", e);
    }
  }

  /** An empty object. */
  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }
}
