package io.dopt.tensor;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Parses and validates the JSON header of a safetensors file (format described in the README of
 * huggingface/safetensors): every tensor has a known dtype, a shape that fits its bytes, and the
 * tensors tile the data section without overlap or hole.
 *
 * @param metadata the {@code __metadata__} entry, empty when absent
 * @param entries the tensors in the order of their data
 */
record SafetensorsHeader(Map<String, String> metadata, List<Entry> entries) {
  /** More than any model has; bounds the memory a hostile header can take. */
  private static final int MAXIMUM_TENSORS = 250_000;

  private static final int MAXIMUM_RANK = 32;

  /**
   * One tensor.
   *
   * @param begin first byte, from the start of the data section
   * @param end byte after the last
   */
  record Entry(String name, ElementType elementType, List<Long> shape, long begin, long end) {}

  /**
   * @param path the file, for messages
   * @param json the header's text
   * @param dataBytes bytes the file holds after the header
   * @throws DoptException (BAD_INPUT) naming file and tensor
   */
  static SafetensorsHeader parse(Path path, Reader json, long dataBytes) {
    Parser parser = new Parser(path, dataBytes);
    try (JsonParser tokens = new JsonFactory().createParser(json)) {
      return parser.header(tokens);
    } catch (CharacterCodingException e) {
      throw parser.refuse("is not UTF-8 text", e);
    } catch (IOException e) {
      throw parser.refuse("is not valid JSON: " + firstLine(e.getMessage()), e);
    }
  }

  private static String firstLine(String message) {
    return message == null ? "unreadable" : message.lines().findFirst().orElse("");
  }

  /** Recursive descent over Jackson's tokens, so that nothing is built that was not checked. */
  private static final class Parser {
    private final Path path;
    private final long dataBytes;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private Map<String, String> metadata;

    Parser(Path path, long dataBytes) {
      this.path = path;
      this.dataBytes = dataBytes;
    }

    SafetensorsHeader header(JsonParser tokens) throws IOException {
      expect(tokens.nextToken(), JsonToken.START_OBJECT, "is not a JSON object");
      while (tokens.nextToken() != JsonToken.END_OBJECT) {
        String name = tokens.currentName();
        tokens.nextToken();
        if (name.equals("__metadata__")) {
          readMetadata(tokens);
        } else {
          readEntry(name, tokens);
        }
      }
      if (tokens.nextToken() != null) {
        throw refuse("goes on after its JSON object", null);
      }
      List<Entry> ordered = new ArrayList<>(entries.values());
      ordered.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
      requireTiling(ordered);
      return new SafetensorsHeader(metadata == null ? Map.of() : metadata, List.copyOf(ordered));
    }

    private void readMetadata(JsonParser tokens) throws IOException {
      if (metadata != null) {
        throw refuse("has __metadata__ twice", null);
      }
      expect(tokens.currentToken(), JsonToken.START_OBJECT, "has a __metadata__ that is no object");
      metadata = new LinkedHashMap<>();
      while (tokens.nextToken() != JsonToken.END_OBJECT) {
        String key = tokens.currentName();
        expect(
            tokens.nextToken(),
            JsonToken.VALUE_STRING,
            "has a __metadata__ value that is no string, at key " + shown(key));
        if (metadata.put(key, tokens.getText()) != null) {
          throw refuse("has the __metadata__ key " + shown(key) + " twice", null);
        }
      }
    }

    private void readEntry(String name, JsonParser tokens) throws IOException {
      expect(tokens.currentToken(), JsonToken.START_OBJECT, "has no object for " + shown(name));
      String dtype = null;
      List<Long> shape = null;
      List<Long> offsets = null;
      while (tokens.nextToken() != JsonToken.END_OBJECT) {
        String key = tokens.currentName();
        tokens.nextToken();
        boolean repeated;
        switch (key) {
          case "dtype" -> {
            repeated = dtype != null;
            expect(
                tokens.currentToken(),
                JsonToken.VALUE_STRING,
                "has a dtype that is no string for " + shown(name));
            dtype = tokens.getText();
          }
          case "shape" -> {
            repeated = shape != null;
            shape = readNumbers(name, key, tokens, MAXIMUM_RANK);
          }
          case "data_offsets" -> {
            repeated = offsets != null;
            offsets = readNumbers(name, key, tokens, 2);
          }
          default -> throw refuse("has an unknown key " + shown(key) + " for " + shown(name), null);
        }
        if (repeated) {
          throw refuse("has " + key + " twice for " + shown(name), null);
        }
      }
      if (dtype == null || shape == null || offsets == null || offsets.size() != 2) {
        throw refuse("lacks dtype, shape or two data_offsets for " + shown(name), null);
      }
      if (entries.put(name, entry(name, dtype, shape, offsets)) != null) {
        throw refuse("names the tensor " + shown(name) + " twice", null);
      }
      if (entries.size() > MAXIMUM_TENSORS) {
        throw refuse("names more than " + MAXIMUM_TENSORS + " tensors", null);
      }
    }

    private Entry entry(String name, String dtype, List<Long> shape, List<Long> offsets) {
      ElementType type =
          ElementType.ofSafetensorsName(dtype)
              .orElseThrow(
                  () ->
                      refuse(
                          "gives "
                              + shown(name)
                              + " the dtype "
                              + shown(dtype)
                              + ", which dopt does not know",
                          null));
      long begin = offsets.get(0);
      long end = offsets.get(1);
      if (begin > end || end > dataBytes) {
        throw refuse(
            String.format(
                "puts %s at bytes %d to %d of the data, which has %d bytes",
                shown(name), begin, end, dataBytes),
            null);
      }
      if (end - begin != byteSize(name, type, shape)) {
        throw refuse(
            String.format(
                "gives %s %d bytes, which does not fit %s%s",
                shown(name), end - begin, dtype, shape),
            null);
      }
      return new Entry(name, type, List.copyOf(shape), begin, end);
    }

    private long byteSize(String name, ElementType type, List<Long> shape) {
      try {
        long count = 1;
        for (long dimension : shape) {
          count = Math.multiplyExact(count, dimension);
        }
        return Math.multiplyExact(count, type.bits() / 8L);
      } catch (ArithmeticException e) {
        throw refuse("gives " + shown(name) + " a shape too large to address: " + shape, e);
      }
    }

    private List<Long> readNumbers(String name, String key, JsonParser tokens, int most)
        throws IOException {
      String what = "has a " + key + " that is no list of numbers >= 0 for " + shown(name);
      expect(tokens.currentToken(), JsonToken.START_ARRAY, what);
      List<Long> numbers = new ArrayList<>(4);
      while (tokens.nextToken() != JsonToken.END_ARRAY) {
        expect(tokens.currentToken(), JsonToken.VALUE_NUMBER_INT, what);
        long number = tokens.getLongValue();
        if (number < 0) {
          throw refuse(what, null);
        }
        numbers.add(number);
        if (numbers.size() > most) {
          throw refuse("has more than " + most + " numbers in " + key + " of " + shown(name), null);
        }
      }
      return numbers;
    }

    private void requireTiling(List<Entry> ordered) {
      long next = 0;
      for (Entry entry : ordered) {
        if (entry.begin() != next) {
          throw refuse(
              String.format(
                  "%s before %s: its data starts at byte %d, expected %d",
                  entry.begin() < next ? "overlaps tensors" : "leaves a hole",
                  shown(entry.name()),
                  entry.begin(),
                  next),
              null);
        }
        next = entry.end();
      }
      if (next != dataBytes) {
        throw refuse(
            String.format("covers %d bytes of data, but the file has %d", next, dataBytes), null);
      }
    }

    private void expect(JsonToken actual, JsonToken expected, String otherwise) {
      if (actual != expected) {
        throw refuse(otherwise, null);
      }
    }

    DoptException refuse(String what, Throwable cause) {
      return new DoptException(
          ErrorCode.BAD_INPUT,
          path
              + ": the safetensors header "
              + what
              + ". The file is damaged, truncated or not safetensors; download it again.",
          cause);
    }

    /** A name from the file, quoted and kept short. */
    private static String shown(String name) {
      return '"' + (name.length() <= 120 ? name : name.substring(0, 117) + "...") + '"';
    }
  }
}
