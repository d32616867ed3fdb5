package io.dopt.compiler.tensorrt;

import io.dopt.tensor.ElementType;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The operators that a version of TensorRT's ONNX parser takes, with their element types.
 *
 * @param version of TensorRT: {@code 10.6}
 * @param types element types of an operator's data, by its name in ONNX
 */
record OperatorTable(String version, Map<String, Set<ElementType>> types) {
  /** The table of TensorRT 10.6. */
  static OperatorTable standard() {
    return read("10.6");
  }

  /** The types of {@code operator}; empty when the parser does not take it. */
  Optional<Set<ElementType>> of(String operator) {
    return Optional.ofNullable(types.get(operator));
  }

  private static OperatorTable read(String version) {
    String name = "operators-" + version + ".txt";
    Map<String, Set<ElementType>> types = new TreeMap<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(OperatorTable.class.getResourceAsStream(name), name),
                StandardCharsets.UTF_8))) {
      lines
          .lines()
          .filter(line -> !line.startsWith("#") && !line.startsWith("opset "))
          .map(line -> line.split(" "))
          .forEach(words -> types.put(words[0], elementTypes(words)));
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
    return new OperatorTable(version, types);
  }

  private static Set<ElementType> elementTypes(String[] words) {
    Set<ElementType> found = EnumSet.noneOf(ElementType.class);
    Arrays.stream(words).skip(1).forEach(word -> found.add(ElementType.ofText(word).orElseThrow()));
    return found;
  }
}
