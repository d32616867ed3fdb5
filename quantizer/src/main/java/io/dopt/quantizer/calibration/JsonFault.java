package io.dopt.quantizer.calibration;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import java.util.Collection;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is wrong with a JSON file, in the words of its reader's user instead of Jackson's. */
final class JsonFault {
  private static final Pattern MISSING = Pattern.compile("creator property '([^']*)'");

  private JsonFault() {}

  /** One clause: {@code it is truncated: it ends within line 7}. */
  static String of(JsonProcessingException e) {
    if (e instanceof JsonEOFException) {
      return "it is truncated: it ends within line " + e.getLocation().getLineNr();
    }
    if (e instanceof JsonParseException) {
      return e.getOriginalMessage().startsWith("Duplicate field")
          ? "a key is there twice in line " + e.getLocation().getLineNr()
          : String.format(
              "it is not JSON at line %d, column %d",
              e.getLocation().getLineNr(), e.getLocation().getColumnNr());
    }
    if (e.getCause() instanceof JsonProcessingException within) {
      return of(within);
    }
    if (e instanceof MismatchedInputException mismatch) {
      return mismatch(mismatch);
    }
    return e.getOriginalMessage();
  }

  private static String mismatch(MismatchedInputException e) {
    String said = e.getOriginalMessage();
    Matcher missing = MISSING.matcher(said);
    if (said.startsWith("Missing") && missing.find()) {
      return "the key '" + missing.group(1) + "' is missing";
    }
    if (said.startsWith("Null value") || said.startsWith("Cannot map `null`")) {
      return "null is in place of a value";
    }
    if (said.startsWith("Trailing token")) {
      return "something follows its end in line " + e.getLocation().getLineNr();
    }
    if (e.getTargetType() == null) {
      return said;
    }
    return wanted(e.getTargetType()) + " is wanted in line " + e.getLocation().getLineNr();
  }

  private static String wanted(Class<?> type) {
    if (type == int.class || type == long.class || type == Integer.class || type == Long.class) {
      return "a whole number";
    }
    if (type == double.class || Number.class.isAssignableFrom(type)) {
      return "a number";
    }
    if (type == String.class) {
      return "a text";
    }
    return type.isArray() || Collection.class.isAssignableFrom(type) ? "a list" : "an object";
  }
}
