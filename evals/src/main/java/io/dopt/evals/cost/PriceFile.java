package io.dopt.evals.cost;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.DoublePredicate;
import java.util.regex.Pattern;

/**
 * Reads a price file: one JSON object with {@code currency}, {@code machinePerHour} and, if wanted,
 * {@code energyPerKilowattHour} and {@code framesPerSecond}. Everything else is refused.
 */
public final class PriceFile {
  private static final String CURRENCY = "currency";
  private static final String MACHINE = "machinePerHour";
  private static final String ENERGY = "energyPerKilowattHour";
  private static final String FRAMES = "framesPerSecond";
  private static final List<String> KEYS = List.of(CURRENCY, MACHINE, ENERGY, FRAMES);

  /** Letters of any language and currency signs; it is printed, so nothing else. */
  private static final Pattern CURRENCY_FORM = Pattern.compile("[\\p{L}\\p{Sc}]{1,8}");

  private static final int MAXIMUM_BYTES = 1 << 16;

  /** Above any price and below what a product of a few of them could make infinite. */
  private static final double MAXIMUM = 1e12;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final Path file;
  private final JsonNode root;

  private PriceFile(Path file, JsonNode root) {
    this.file = file;
    this.root = root;
  }

  /**
   * The prices in a file.
   *
   * @throws DoptException (IO) when it cannot be read; (BAD_INPUT) when it is not as described,
   *     naming the key
   */
  public static Prices read(Path file) {
    return new PriceFile(file, tree(file)).prices();
  }

  private static JsonNode tree(Path file) {
    try {
      if (Files.size(file) > MAXIMUM_BYTES) {
        throw new DoptException(
            ErrorCode.BAD_INPUT, file + " is larger than any price file; it is refused unread.");
      }
      return MAPPER.readTree(Files.readAllBytes(file));
    } catch (JsonProcessingException e) {
      throw new DoptException(
          ErrorCode.BAD_INPUT, "The price file " + file + " is not JSON: " + fault(e), e);
    } catch (IOException e) {
      throw new DoptException(ErrorCode.IO, "The price file " + file + " cannot be read: " + e, e);
    }
  }

  private static String fault(JsonProcessingException e) {
    long line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
    return e instanceof JsonEOFException
        ? "it is truncated: it ends within line " + line + "."
        : e.getOriginalMessage().startsWith("Duplicate field")
            ? "a key is there twice in line " + line + "."
            : "see line " + line + ".";
  }

  private Prices prices() {
    if (!root.isObject()) {
      throw refused("must be one JSON object with the keys " + KEYS);
    }
    for (Iterator<String> names = root.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!KEYS.contains(name)) {
        throw refused("has the key '" + name + "', which is unknown; known are " + KEYS);
      }
    }
    return new Prices(
        currency(),
        number(MACHINE, "0 or more", value -> value >= 0)
            .orElseThrow(() -> refused("has no '" + MACHINE + "'")),
        number(ENERGY, "0 or more", value -> value >= 0),
        number(FRAMES, "above 0", value -> value > 0));
  }

  private String currency() {
    JsonNode value = root.path(CURRENCY);
    if (!value.isTextual() || !CURRENCY_FORM.matcher(value.textValue()).matches()) {
      throw refused("needs a '" + CURRENCY + "' of one to eight letters, in the manner of \"EUR\"");
    }
    return value.textValue();
  }

  private Optional<Double> number(String key, String range, DoublePredicate inRange) {
    if (!root.has(key)) {
      return Optional.empty();
    }
    JsonNode value = root.get(key);
    if (!value.isNumber()
        || !(value.doubleValue() <= MAXIMUM)
        || !inRange.test(value.doubleValue())) {
      String found =
          value.isValueNode() ? value.toString() : value.isArray() ? "a list" : "an object";
      throw refused(
          "has '"
              + key
              + "' "
              + found
              + ", where a number "
              + range
              + " and at most 1e12 is wanted");
    }
    return Optional.of(value.doubleValue());
  }

  private DoptException refused(String what) {
    return new DoptException(ErrorCode.BAD_INPUT, "The price file " + file + " " + what + ".");
  }
}
