package io.dopt.runtime.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The profile that ONNX Runtime writes: a JSON array of trace events, of which those of category
 * {@code Node} named {@code ..._kernel_time} are the runs of a node.
 */
final class OnnxRuntimeProfile {
  private static final String KERNEL_TIME = "_kernel_time";

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
    Map<Node, NodeTime> times = new LinkedHashMap<>();
    try {
      for (JsonNode event : new ObjectMapper().readTree(file.toFile())) {
        String name = event.path("name").asText();
        if (event.path("cat").asText().equals("Node") && name.endsWith(KERNEL_TIME)) {
          Node node =
              new Node(
                  name.substring(0, name.length() - KERNEL_TIME.length()),
                  event.path("args").path("op_name").asText());
          times.merge(
              node,
              new NodeTime(node.name, node.operator, 1, event.path("dur").asLong()),
              (a, b) ->
                  new NodeTime(
                      node.name,
                      node.operator,
                      a.calls() + b.calls(),
                      a.microseconds() + b.microseconds()));
        }
      }
      Files.delete(file);
    } catch (IOException e) {
      throw new DoptException(
          ErrorCode.IO, "The profile " + file + " cannot be read: " + e.getMessage(), e);
    }
    return times.values().stream()
        .sorted(Comparator.comparingLong(NodeTime::microseconds).reversed())
        .toList();
  }
}
