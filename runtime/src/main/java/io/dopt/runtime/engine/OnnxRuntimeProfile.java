package io.dopt.runtime.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The profile that ONNX Runtime writes: a JSON array of trace events, of which those of category
 * {@code Node} named {@code ..._kernel_time} are the runs of a node.
 */
final class OnnxRuntimeProfile {
  private static final String KERNEL_TIME = "_kernel_time";
  private static final String RUN = "model_run";

  private OnnxRuntimeProfile() {}

  /** A node by what tells it from others: nodes without a name may share the engine's. */
  private record Node(String name, String operator) {}

  /**
   * Sums the events by node and deletes the file.
   *
   * @return longest first
   * @throws DoptException (IO) when the file cannot be read
   */
  static List<NodeTime> read(Path file) {
    Map<Node, List<Long>> times = new LinkedHashMap<>();
    int runs = 0;
    try {
      for (JsonNode event : new ObjectMapper().readTree(file.toFile())) {
        String name = event.path("name").asText();
        runs += name.equals(RUN) ? 1 : 0;
        if (event.path("cat").asText().equals("Node") && name.endsWith(KERNEL_TIME)) {
          Node node =
              new Node(
                  name.substring(0, name.length() - KERNEL_TIME.length()),
                  event.path("args").path("op_name").asText());
          times.computeIfAbsent(node, n -> new ArrayList<>()).add(event.path("dur").asLong());
        }
      }
      Files.delete(file);
    } catch (IOException e) {
      throw new DoptException(
          ErrorCode.IO, "The profile " + file + " cannot be read: " + e.getMessage(), e);
    }
    int ran = Math.max(1, runs);
    return times.entrySet().stream()
        .map(entry -> time(entry.getKey(), entry.getValue(), ran))
        .sorted(Comparator.comparingLong(NodeTime::microseconds).reversed())
        .toList();
  }

  private static NodeTime time(Node node, List<Long> calls, int runs) {
    return new NodeTime(
        node.name, node.operator, calls.size(), sum(calls), leastOfRun(calls, runs));
  }

  /** Events are in the order of time, and a node of a loop's body has several a run. */
  private static long leastOfRun(List<Long> calls, int runs) {
    int each = calls.size() / runs;
    if (each * runs != calls.size()) {
      return sum(calls) / runs;
    }
    return IntStream.range(Math.min(1, runs - 1), runs)
        .mapToLong(run -> sum(calls.subList(run * each, (run + 1) * each)))
        .min()
        .orElseThrow();
  }

  private static long sum(List<Long> calls) {
    return calls.stream().mapToLong(Long::longValue).sum();
  }
}
