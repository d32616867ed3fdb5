package io.dopt.runtime.bundle;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.JsonFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** What the JSON files of a bundle share: strict reading, deterministic writing. */
public final class BundleJson {
  private BundleJson() {}

  /** A mapper that refuses what it does not know. */
  public static JsonMapper.Builder strict() {
    return JsonMapper.builder()
        .addModule(new Jdk8Module())
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
        .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
        .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
        .withCoercionConfig(
            LogicalType.Textual,
            text -> {
              text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail);
              text.setCoercion(CoercionInputShape.Float, CoercionAction.Fail);
              text.setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
            })
        .defaultPropertyInclusion(
            JsonInclude.Value.construct(JsonInclude.Include.NON_ABSENT, null));
  }

  /**
   * Reads a file that has a {@code formatVersion}.
   *
   * @param what the file should be, with its article: {@code a precision report}
   * @param newest the format version that is read
   * @param maximumBytes more than any such file has; keeps a wrong one from filling the heap
   * @throws DoptException (IO) when it cannot be read; (UNSUPPORTED) when a newer dopt wrote it;
   *     (BAD_INPUT) when it is malformed or has unknown keys
   */
  public static <T> T read(
      ObjectMapper mapper, Path file, Class<T> type, String what, int newest, long maximumBytes) {
    JsonNode tree = MissingNode.getInstance();
    try {
      if (Files.size(file) > maximumBytes) {
        throw malformed(file, what, "it is larger than any of them", null);
      }
      tree = mapper.readTree(Files.readAllBytes(file));
      JsonNode version = tree.path("formatVersion");
      if (!version.isInt() || version.intValue() < 1) {
        throw malformed(file, what, "it has no 'formatVersion'", null);
      }
      if (version.intValue() > newest) {
        throw new DoptException(
            ErrorCode.UNSUPPORTED,
            String.format(
                "%s has format version %d; this runtime reads up to %d. Update dopt, or compile"
                    + " the checkpoint again.",
                file, version.intValue(), newest));
      }
      return mapper.treeToValue(tree, type);
    } catch (JsonProcessingException e) {
      throw malformed(file, what, JsonFault.of(e, tree), e);
    } catch (IOException e) {
      throw new DoptException(ErrorCode.IO, file + " cannot be read: " + e, e);
    }
  }

  private static DoptException malformed(Path file, String what, String reason, Exception cause) {
    return new DoptException(ErrorCode.BAD_INPUT, file + " is not " + what + ": " + reason, cause);
  }

  /** Fixed key order, two-space indentation, {@code \n}, UTF-8. */
  public static byte[] write(ObjectMapper mapper, Object value, String what) {
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter(
                Separators.createDefaultInstance()
                    .withObjectFieldValueSpacing(Separators.Spacing.AFTER))
            .withObjectIndenter(indenter);
    try {
      byte[] json = mapper.writer(printer).writeValueAsBytes(value);
      byte[] terminated = Arrays.copyOf(json, json.length + 1);
      terminated[json.length] = '\n';
      return terminated;
    } catch (JsonProcessingException e) {
      throw new DoptException(ErrorCode.INTERNAL, "The " + what + " cannot be written: " + e, e);
    }
  }
}
