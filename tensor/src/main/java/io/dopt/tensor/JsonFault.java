package io.dopt.tensor;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.Collection;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is wrong with a JSON document, in the words of who wrote it instead of Jackson's: where,
 * what is there, and what is expected.
 */
public final class JsonFault {
  private static final Pattern DUPLICATE = Pattern.compile("Duplicate [^']*'([^']*)'.*");
  private static final Pattern ENUMERATED = Pattern.compile("for Enum class: \\[([^\\]]*)\\]");
  private static final String MISSING = "this key is missing";
  private static final String NULL = "null is in place of a value";
  private static final int MOST_QUOTED = 40;

  private final JsonNode document;

  private JsonFault(JsonNode document) {
    this.document = document;
  }

  /** One clause, of a document that was not kept: {@code at settings.seed: ...}. */
  public static String of(JsonProcessingException e) {
    return of(e, MissingNode.getInstance());
  }

  /**
   * One clause: {@code at settings.seed: 7.5 is given, a whole number is wanted}.
   *
   * @param document what was being turned into something; missing where it did not get that far
   */
  public static String of(JsonProcessingException e, JsonNode document) {
    String where = where(e);
    String what = new JsonFault(document).what(e);
    return where.isEmpty() ? what : "at " + where + ": " + what;
  }

  /** What stands in a document, as the subject of a sentence; empty for what is missing. */
  public static Optional<String> given(JsonNode node) {
    return switch (node.getNodeType()) {
      case MISSING, BINARY, POJO -> Optional.empty();
      case ARRAY -> Optional.of("a list");
      case OBJECT -> Optional.of("an object");
      case NULL, BOOLEAN, NUMBER, STRING -> {
        String text = node.toString();
        yield Optional.of(
            text.length() <= MOST_QUOTED ? text : text.substring(0, MOST_QUOTED) + "...");
      }
    };
  }

  private static String where(JsonProcessingException e) {
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
    return where.toString();
  }

  private String what(JsonProcessingException e) {
    if (e instanceof JsonEOFException) {
      return "it is truncated: it ends within line " + e.getLocation().getLineNr();
    }
    if (e instanceof JsonParseException) {
      return syntax(e);
    }
    if (e instanceof UnrecognizedPropertyException unknown) {
      return unknown(unknown);
    }
    if (e instanceof InputCoercionException range) {
      return range.getInputType() == null ? "a number is out of range" : range(range);
    }
    Throwable cause = e.getCause();
    if (cause instanceof DoptException || cause instanceof IllegalArgumentException) {
      return cause.getMessage();
    }
    if (cause instanceof NullPointerException) {
      return NULL;
    }
    if (cause instanceof InputCoercionException range) {
      return given(at(e)).map(it -> it + " is given, ").orElse("") + range(range);
    }
    if (cause instanceof JsonProcessingException within) {
      return what(within);
    }
    return e instanceof MismatchedInputException mismatch
        ? mismatch(mismatch)
        : e.getOriginalMessage();
  }

  private static String syntax(JsonProcessingException e) {
    Matcher duplicate = DUPLICATE.matcher(e.getOriginalMessage());
    int line = e.getLocation().getLineNr();
    return duplicate.matches()
        ? String.format("the key '%s' is there twice, again in line %d", duplicate.group(1), line)
        : String.format(
            "it is not JSON at line %d, column %d", line, e.getLocation().getColumnNr());
  }

  private static String unknown(UnrecognizedPropertyException e) {
    TreeSet<String> known = new TreeSet<>();
    if (e.getKnownPropertyIds() != null) {
      e.getKnownPropertyIds().forEach(key -> known.add(key.toString()));
    }
    return "the key '"
        + e.getPropertyName()
        + "' is unknown"
        + (known.isEmpty() ? "" : "; known are " + String.join(", ", known));
  }

  private static String range(InputCoercionException e) {
    return e.getTargetType() == int.class
        ? "a whole number from " + Integer.MIN_VALUE + " to " + Integer.MAX_VALUE + " is wanted"
        : wanted(e.getTargetType()) + " in the range of 64 bits is wanted";
  }

  private String mismatch(MismatchedInputException e) {
    String said = e.getOriginalMessage();
    if (said.startsWith("Missing") || said.startsWith("Null value")) {
      return at(e).isNull() || said.startsWith("Null") && document.isMissingNode() ? NULL : MISSING;
    }
    if (said.startsWith("Cannot map `null`")) {
      return NULL;
    }
    if (said.startsWith("No content")) {
      return "it is empty";
    }
    if (said.startsWith("Trailing token")) {
      return "something follows its end" + line(e.getLocation());
    }
    if (e.getTargetType() == null) {
      return said;
    }
    Matcher enumerated = ENUMERATED.matcher(said);
    String wanted = enumerated.find() ? "one of " + enumerated.group(1) : wanted(e.getTargetType());
    return given(at(e))
        .map(given -> given + " is given, " + wanted + " is wanted")
        .orElse(wanted + " is wanted" + line(e.getLocation()));
  }

  private JsonNode at(JsonProcessingException e) {
    JsonNode node = document;
    if (e instanceof JsonMappingException mapping) {
      for (JsonMappingException.Reference step : mapping.getPath()) {
        node =
            step.getFieldName() == null
                ? node.path(step.getIndex())
                : node.path(step.getFieldName());
      }
    }
    return node;
  }

  private static String line(JsonLocation location) {
    return Objects.requireNonNullElse(location, JsonLocation.NA).getLineNr() < 1
        ? ""
        : " in line " + location.getLineNr();
  }

  private static String wanted(Class<?> type) {
    if (type == int.class || type == Integer.class || type == OptionalInt.class) {
      return "a whole number";
    }
    if (type == long.class || type == Long.class || type == OptionalLong.class) {
      return "a whole number";
    }
    if (type == double.class || type == OptionalDouble.class || isNumber(type)) {
      return "a number";
    }
    if (type == boolean.class || type == Boolean.class) {
      return "true or false";
    }
    if (type == String.class || type.isEnum()) {
      return "a text";
    }
    return type.isArray() || Collection.class.isAssignableFrom(type) ? "a list" : "an object";
  }

  private static boolean isNumber(Class<?> type) {
    return type == float.class || Number.class.isAssignableFrom(type);
  }
}
