package io.dopt.importer.family.nn;

import com.fasterxml.jackson.databind.JsonNode;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * A component's config.json under the rule that no key is ignored: a builder reads a key, declares
 * it to be without effect, or refuses it, and {@link #finish} refuses what is left. A key that is
 * absent has the default of the reference class; an explicit {@code null} is Python's {@code None}.
 * Keys beginning with {@code _} are the saving library's notes and are skipped.
 */
public final class Config {
  private static final long LARGEST_INTEGER = Integer.MAX_VALUE;

  private final String origin;
  private final JsonNode root;
  private final Set<String> read = new TreeSet<>();

  /**
   * @param origin how messages call the file: {@code unet/config.json}
   * @param root its content
   * @throws DoptException (BAD_INPUT) when it is not a JSON object
   */
  public Config(String origin, JsonNode root) {
    this.origin = origin;
    this.root = root;
    if (!root.isObject()) {
      throw new DoptException(ErrorCode.BAD_INPUT, origin + " is not a JSON object.");
    }
  }

  /** How messages call the file. */
  public String origin() {
    return origin;
  }

  /** Whether the key is there, if only as null. */
  public boolean has(String key) {
    return root.has(key);
  }

  /** The value of a key that is present and not null; marks the key as read. */
  public Optional<JsonNode> value(String key) {
    read.add(key);
    return Optional.ofNullable(root.get(key)).filter(node -> !node.isNull());
  }

  /** A whole number from {@code minimum} up. */
  public long integer(String key, long absent, long minimum) {
    return present(key).map(node -> integer(key, node, minimum)).orElse(absent);
  }

  /** A whole number of at least 1. */
  public long positive(String key, long absent) {
    return integer(key, absent, 1);
  }

  /** A whole number of at least 1, or empty when the key is absent or null. */
  public Optional<Long> optionalPositive(String key) {
    return value(key).map(node -> integer(key, node, 1));
  }

  /** A list of whole numbers of at least 1; not empty. */
  public List<Long> positives(String key, List<Long> absent) {
    return present(key).map(node -> list(key, node, item -> integer(key, item, 1))).orElse(absent);
  }

  /** A finite number. */
  public double number(String key, double absent) {
    return present(key)
        .map(
            node -> {
              if (!node.isNumber() || !Double.isFinite(node.doubleValue())) {
                throw wrongType(key, node, "a finite number");
              }
              return node.doubleValue();
            })
        .orElse(absent);
  }

  /** A finite number other than zero, as divisors are. */
  public double nonZero(String key, double absent) {
    double number = number(key, absent);
    if (number == 0) {
      throw inconsistent("a divisor cannot be zero", key);
    }
    return number;
  }

  /** A boolean. */
  public boolean flag(String key, boolean absent) {
    return present(key).map(node -> flag(key, node)).orElse(absent);
  }

  /** A boolean, or empty when the key is absent or null. */
  public Optional<Boolean> optionalFlag(String key) {
    return value(key).map(node -> flag(key, node));
  }

  /** A string. */
  public String text(String key, String absent) {
    return present(key).map(node -> text(key, node)).orElse(absent);
  }

  /** A string, or empty when the key is null, or absent. */
  public Optional<String> optionalText(String key) {
    return value(key).map(node -> text(key, node));
  }

  /** A list of strings; not empty. */
  public List<String> texts(String key, List<String> absent) {
    return present(key).map(node -> list(key, node, item -> text(key, item))).orElse(absent);
  }

  /** One value for all of {@code count} levels, or a list of one per level. */
  public List<Long> positivePerLevel(String key, int count, long absent) {
    return perLevel(key, count, absent, item -> integer(key, item, 1));
  }

  /** One value for all of {@code count} levels, or a list of one per level. */
  public List<Boolean> flagPerLevel(String key, int count, boolean absent) {
    return perLevel(key, count, absent, item -> flag(key, item));
  }

  /** One value for all of {@code count} levels, or a list of one per level. */
  public <T> List<T> perLevel(String key, int count, T absent, Function<JsonNode, T> parse) {
    Optional<JsonNode> node = present(key);
    if (node.isEmpty() || !node.get().isArray()) {
      return Collections.nCopies(count, node.map(parse).orElse(absent));
    }
    List<T> values = list(key, node.get(), parse);
    if (values.size() != count) {
      throw inconsistent(
          key + " has " + values.size() + " entries, but there are " + count + " levels", key);
    }
    return values;
  }

  /** A list that is not empty, each item parsed. */
  public <T> List<T> list(String key, JsonNode node, Function<JsonNode, T> parse) {
    if (!node.isArray() || node.isEmpty()) {
      throw wrongType(key, node, "a list that is not empty");
    }
    List<T> values = new ArrayList<>();
    node.forEach(item -> values.add(parse.apply(item)));
    return List.copyOf(values);
  }

  /** A whole number from {@code minimum} up, found under {@code key}. */
  public long integer(String key, JsonNode node, long minimum) {
    boolean whole = node.isNumber() && node.doubleValue() == Math.rint(node.doubleValue());
    if (!whole || node.doubleValue() < minimum || node.doubleValue() > LARGEST_INTEGER) {
      throw wrongType(key, node, "a whole number from " + minimum + " to " + LARGEST_INTEGER);
    }
    return node.longValue();
  }

  private boolean flag(String key, JsonNode node) {
    if (!node.isBoolean()) {
      throw wrongType(key, node, "true or false");
    }
    return node.booleanValue();
  }

  private String text(String key, JsonNode node) {
    if (!node.isTextual()) {
      throw wrongType(key, node, "a string");
    }
    return node.textValue();
  }

  private Optional<JsonNode> present(String key) {
    read.add(key);
    return Optional.ofNullable(root.get(key));
  }

  /** Declares keys that change nothing at inference, or only what the runtime does with them. */
  public void withoutEffect(Collection<String> keys) {
    read.addAll(keys);
  }

  /** Refuses a key unless it is absent, null, or {@code harmless}. */
  public void refuseUnless(String key, Object harmless, String supported) {
    value(key)
        .filter(node -> !node.asText().equals(harmless.toString()))
        .ifPresent(
            node -> {
              throw unsupported(key, supported);
            });
  }

  /**
   * Refuses every key that nothing read.
   *
   * @throws DoptException (UNSUPPORTED) naming the keys
   */
  public void finish() {
    Set<String> unknown = new TreeSet<>();
    root.fieldNames().forEachRemaining(unknown::add);
    unknown.removeAll(read);
    unknown.removeIf(key -> key.startsWith("_"));
    if (!unknown.isEmpty()) {
      throw new DoptException(
          ErrorCode.UNSUPPORTED,
          String.format(
              "%s has keys that dopt does not know: %s. It will not guess whether they change the"
                  + " model; remove them if they do not.",
              origin, String.join(", ", unknown)));
    }
  }

  /** The error that a value of {@code key} is well formed but not honoured. */
  public DoptException unsupported(String key, String supported) {
    return new DoptException(
        ErrorCode.UNSUPPORTED,
        String.format("%s: %s is not supported; dopt supports %s.", origin, show(key), supported));
  }

  /** The error that values contradict each other. */
  public DoptException inconsistent(String problem, String... keys) {
    return new DoptException(
        ErrorCode.BAD_INPUT, String.format("%s: %s (%s).", origin, problem, show(List.of(keys))));
  }

  /** {@code key value, key value}, for messages; defaults are said to be such. */
  public String show(List<String> keys) {
    return String.join(", ", keys.stream().map(this::show).toList());
  }

  private String show(String key) {
    // A dot leads into an object: text_config.hidden_size.
    JsonNode node = root.at("/" + key.replace('.', '/'));
    return key + (node.isMissingNode() ? " (absent, by default)" : " " + shorten(node));
  }

  private DoptException wrongType(String key, JsonNode node, String wanted) {
    return new DoptException(
        ErrorCode.BAD_INPUT,
        String.format("%s: %s must be %s, but %s is there.", origin, key, wanted, shorten(node)));
  }

  private static String shorten(JsonNode node) {
    String text = node.toString();
    return text.length() <= 100 ? text : text.substring(0, 100) + "...";
  }
}
