package io.dopt.runtime.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * A {@code scheduler_config.json} as one scheduler class reads it. The keys a class knows are those
 * its constructor asks for here, so each constructor asks for all of them, whatever their values.
 */
final class SchedulerConfig {
  private static final int MOST_ELEMENTS = 100_000;

  private final String className;
  private final JsonNode json;
  private final Set<String> defaulted = new HashSet<>();
  private final Set<String> keys = new HashSet<>();

  /**
   * @param className the diffusers class that reads
   * @param json the configuration object; keys listed in its {@code _use_default_values} count as
   *     absent, as in diffusers' {@code from_config}
   */
  SchedulerConfig(String className, JsonNode json) {
    this.className = className;
    this.json = json;
    json.path("_use_default_values").forEach(key -> defaulted.add(key.asText()));
  }

  String className() {
    return className;
  }

  /** The keys asked for so far. */
  Set<String> keys() {
    return Set.copyOf(keys);
  }

  int integer(String key, int fallback, int minimum, int maximum) {
    JsonNode value = value(key);
    if (value.isMissingNode()) {
      return fallback;
    }
    if (!value.isIntegralNumber()
        || !value.canConvertToInt()
        || value.intValue() < minimum
        || value.intValue() > maximum) {
      throw malformed(key, value, "a whole number from " + minimum + " to " + maximum);
    }
    return value.intValue();
  }

  double number(String key, double fallback) {
    return optionalNumber(key).orElse(fallback);
  }

  OptionalDouble optionalNumber(String key) {
    JsonNode value = value(key);
    if (value.isMissingNode() || value.isNull()) {
      return OptionalDouble.empty();
    }
    if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
      throw malformed(key, value, "a finite number");
    }
    return OptionalDouble.of(value.doubleValue());
  }

  /**
   * As {@link #number}, where minus infinity is a value. Python writes it as the bare word {@code
   * -Infinity}; a JSON writer may have quoted it since.
   */
  double numberOrMinusInfinity(String key, double fallback) {
    JsonNode value = value(key);
    boolean minusInfinity =
        (value.isNumber() || value.isTextual())
            && (value.asText().equals("-Infinity") || value.asText().equals("-inf"));
    return minusInfinity ? Double.NEGATIVE_INFINITY : number(key, fallback);
  }

  /** A flag; {@code null} is Python's falsy {@code None}. */
  boolean flag(String key, boolean fallback) {
    JsonNode value = value(key);
    if (value.isMissingNode()) {
      return fallback;
    }
    if (!value.isBoolean() && !value.isNull()) {
      throw malformed(key, value, "true or false");
    }
    return value.asBoolean(false);
  }

  String choice(String key, String fallback, List<String> supported) {
    JsonNode value = value(key);
    if (value.isMissingNode()) {
      return fallback;
    }
    if (!value.isTextual() || !supported.contains(value.textValue())) {
      throw unsupported(key, "supported are " + String.join(", ", supported));
    }
    return value.textValue();
  }

  /** As {@link #choice}, for a key that may be absent or null. */
  Optional<String> optionalChoice(String key, List<String> supported) {
    JsonNode value = value(key);
    return value.isMissingNode() || value.isNull()
        ? Optional.empty()
        : Optional.of(choice(key, "", supported));
  }

  Optional<float[]> optionalNumbers(String key) {
    JsonNode value = value(key);
    if (value.isMissingNode() || value.isNull()) {
      return Optional.empty();
    }
    if (!value.isArray() || value.size() > MOST_ELEMENTS) {
      throw malformed(key, value, "a list of at most " + MOST_ELEMENTS + " numbers");
    }
    float[] numbers = new float[value.size()];
    for (int i = 0; i < numbers.length; i++) {
      if (!value.get(i).isNumber() || !Double.isFinite(value.get(i).doubleValue())) {
        throw malformed(key + "[" + i + "]", value.get(i), "a finite number");
      }
      numbers[i] = (float) value.get(i).doubleValue();
    }
    return Optional.of(numbers);
  }

  Set<Integer> integers(String key) {
    float[] numbers = optionalNumbers(key).orElse(new float[0]);
    Set<Integer> result = new HashSet<>();
    for (float number : numbers) {
      if (number != Math.rint(number)) {
        throw malformed(key, value(key), "a list of whole numbers");
      }
      result.add((int) number);
    }
    return result;
  }

  /** Asks for a key that only works when it is absent, null or false. */
  void refuseUnlessUnset(String key, String why) {
    JsonNode value = value(key);
    if (!value.isMissingNode() && !value.isNull() && !(value.isBoolean() && !value.asBoolean())) {
      throw unsupported(key, why);
    }
  }

  DoptException unsupported(String key, String why) {
    return new DoptException(
        ErrorCode.UNSUPPORTED,
        "scheduler_config.json: "
            + className
            + " does not support "
            + key
            + " = "
            + shown(value(key))
            + ": "
            + why);
  }

  private DoptException malformed(String key, JsonNode value, String wanted) {
    return new DoptException(
        ErrorCode.BAD_INPUT,
        "scheduler_config.json: " + key + " is " + shown(value) + " but must be " + wanted);
  }

  private JsonNode value(String key) {
    keys.add(key);
    return defaulted.contains(key) ? MissingNode.getInstance() : json.path(key);
  }

  private static String shown(JsonNode value) {
    String text = value.isMissingNode() ? "its default" : value.toString();
    return text.length() <= 80 ? text : text.substring(0, 80) + "...";
  }
}
