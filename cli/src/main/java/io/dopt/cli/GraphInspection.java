package io.dopt.cli;

import io.dopt.ir.Graph;
import io.dopt.ir.GraphParser;
import io.dopt.ir.TensorType;
import io.dopt.ir.Weight;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.LazyTensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a graph in text form consists of.
 *
 * @param types elements of its weights, by type
 * @param bytes of its weights
 */
record GraphInspection(
    Path file,
    String graph,
    SortedMap<String, Long> types,
    long bytes,
    CheckpointInspection.GraphSummary summary) {
  /** Texts of the largest graphs are a few MiB; a file beyond this is something else. */
  private static final int MAXIMUM_BYTES = 64 << 20;

  private static final List<String> BEGINNINGS = List.of("graph ", "//");

  /** Whether the file begins as the text form does, and as no checkpoint can. */
  static boolean looksLikeText(Path file) {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try (InputStream stream = Files.newInputStream(file)) {
      String start = new String(stream.readNBytes(6), StandardCharsets.ISO_8859_1);
      return BEGINNINGS.stream().anyMatch(start::startsWith);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads and verifies the text form.
   *
   * @throws DoptException (BAD_INPUT) naming file and line when it is malformed
   */
  static GraphInspection of(Path file) {
    Graph graph = GraphParser.parse(file.toString(), text(file), GraphInspection::described);
    try {
      SortedMap<String, Long> types = new TreeMap<>();
      long bytes = 0;
      for (Weight weight : graph.weights().values()) {
        LazyTensor data = weight.data();
        types.merge(data.elementType().text(), data.elementCount(), Math::addExact);
        bytes = Math.addExact(bytes, data.byteSize());
      }
      return new GraphInspection(
          file, graph.name(), types, bytes, CheckpointInspection.GraphSummary.of(graph));
    } catch (ArithmeticException e) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          file + ": the weights of graph " + graph.name() + " are too large to count.",
          e);
    }
  }

  private static String text(Path file) {
    try (InputStream stream = Files.newInputStream(file)) {
      byte[] bytes = stream.readNBytes(MAXIMUM_BYTES + 1);
      if (bytes.length > MAXIMUM_BYTES) {
        throw new DoptException(
            ErrorCode.BAD_INPUT,
            file + " has more than 64 MiB, too much for a graph in dopt's text form.");
      }
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<LazyTensor> described(String name, TensorType type, String fingerprint) {
    LazyTensor described =
        new DescribedTensor(name, type.elementType(), type.shape().constants(), fingerprint);
    // Refused here, a size that cannot be has its line in the message.
    described.byteSize();
    return Optional.of(described);
  }

  String text() {
    List<String> lines = new ArrayList<>();
    lines.add("A graph in text form at " + file);
    lines.add("weights " + Amount.bytes(bytes) + " as " + String.join(" ", types.keySet()));
    CheckpointInspection.describe(graph, summary, lines);
    return String.join("\n", lines);
  }
}
