package io.dopt.runtime.bundle;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.Arrays;

/** What the JSON files of a bundle share: strict reading, deterministic writing, plain reasons. */
final class BundleJson {
  private BundleJson() {}

  /** A mapper that refuses what it does not know. */
  static JsonMapper.Builder strict() {
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

  /** Fixed key order, two-space indentation, {@code \n}, UTF-8. */
  static byte[] write(ObjectMapper mapper, Object value, String what) {
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

  /** One sentence from Jackson's exception: the key's path, and what is wrong there. */
  static String reason(JsonProcessingException e) {
    String what = e.getOriginalMessage();
    if (e instanceof UnrecognizedPropertyException unknown) {
      what = "the key '" + unknown.getPropertyName() + "' is unknown";
    } else if (e.getCause() instanceof DoptException
        || e.getCause() instanceof IllegalArgumentException) {
      what = e.getCause().getMessage();
    }
    StringBuilder where = new StringBuilder();
    if (e instanceof JsonMappingException mapping) {
      for (JsonMappingException.Reference step : mapping.getPath()) {
        if (step.getFieldName() == null) {
          where.append('[').append(step.getIndex()).append(']');
        } else {
          where.append(where.isEmpty() ? "" : ".").append(step.getFieldName());
        }
      }
    }
    return where.isEmpty() ? what : "at " + where + ": " + what;
  }
}
