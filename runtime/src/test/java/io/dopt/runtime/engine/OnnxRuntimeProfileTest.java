package io.dopt.runtime.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxRuntimeProfileTest {
  @TempDir private Path folder;

  @Test
  void sumsRunsByNodeAndNodesByOperator() throws IOException {
    Path file =
        write(
            """
            [{"cat": "Session", "name": "model_run", "dur": 900, "args": {}},
             {"cat": "Node", "name": "mid/conv1_kernel_time", "dur": 30, "args": {"op_name": "Conv"}},
             {"cat": "Node", "name": "mid/conv1_kernel_time", "dur": 40, "args": {"op_name": "Conv"}},
             {"cat": "Node", "name": "mid/conv2_kernel_time", "dur": 20, "args": {"op_name": "Conv"}},
             {"cat": "Node", "name": "mid/conv2_fence_before", "dur": 5, "args": {"op_name": "Conv"}},
             {"cat": "Node", "name": "mid/add_kernel_time", "dur": 80, "args": {"op_name": "Add"}}]
            """);
    List<NodeTime> nodes = OnnxRuntimeProfile.read(file);
    assertEquals(
        List.of(
            new NodeTime("mid/add", "Add", 1, 80),
            new NodeTime("mid/conv1", "Conv", 2, 70),
            new NodeTime("mid/conv2", "Conv", 1, 20)),
        nodes);
    assertEquals(
        List.of(new OperatorTime("Conv", 3, 90), new OperatorTime("Add", 1, 80)),
        OperatorTime.of(nodes));
    assertFalse(Files.exists(file), "the profile is read once");
  }

  @Test
  void theFirstOfSeveralRunsWarmsUpAndTheFastestOfTheOthersCounts() throws IOException {
    StringBuilder events = new StringBuilder("[");
    for (int dur : List.of(3, 90, 40, 60)) {
      String node = "{\"cat\": \"Node\", \"name\": \"a_kernel_time\", \"dur\": %d},";
      events.append(String.format(node, dur).repeat(2));
      events.append("{\"cat\": \"Session\", \"name\": \"model_run\", \"dur\": 9},");
    }
    events.setCharAt(events.length() - 1, ']');
    assertEquals(
        List.of(new NodeTime("a", "", 8, 386, 80)),
        OnnxRuntimeProfile.read(write(events.toString())));
  }

  @Test
  void aTornProfileIsRefused() throws IOException {
    Path file = write("[{\"cat\": \"Node\", \"name\"");
    assertEquals(
        ErrorCode.IO,
        assertThrows(DoptException.class, () -> OnnxRuntimeProfile.read(file)).code());
  }

  private Path write(String text) throws IOException {
    return Files.writeString(folder.resolve("profile.json"), text);
  }
}
