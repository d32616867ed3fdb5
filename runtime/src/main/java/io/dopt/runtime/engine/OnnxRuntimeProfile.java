package io.dopt.runtime.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The profile that ONNX Runtime writes: a JSON array of trace events, of which those of category
 * {@code Node} named {@code ..._kernel_time} are the runs of an operator.
 */
final class OnnxRuntimeProfile {
  private OnnxRuntimeProfile() {}

  /** Sums the events by operator and deletes the file. */
  static List<OperatorTime> read(Path file) {
    Map<String, OperatorTime> times = new TreeMap<>();
    try {
      for (JsonNode event : new ObjectMapper().readTree(file.toFile())) {
        if (event.path("cat").asText().equals("Node")
            && event.path("name").asText().endsWith("_kernel_time")) {
          String operator = event.path("args").path("op_name").asText();
          times.merge(
              operator,
              new OperatorTime(operator, 1, event.path("dur").asLong()),
              (a, b) ->
                  new OperatorTime(
                      operator, a.calls() + b.calls(), a.microseconds() + b.microseconds()));
        }
      }
      Files.delete(file);
    } catch (IOException e) {
      throw new DoptException(
          ErrorCode.IO, "The profile " + file + " cannot be read: " + e.getMessage(), e);
    }
    return times.values().stream()
        .sorted(Comparator.comparingLong(OperatorTime::microseconds).reversed())
        .toList();
  }
}
