package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ExplanationTest {
  private static final Explanation UNET =
      new Explanation(
          "unet",
          List.of(),
          "83 f32",
          new TreeMap<>(Map.of("too small", List.of("a", "b"))),
          List.of(
              effect("Conv -> Conv", "batch1.onnx", "dynamic.onnx"),
              effect("Conv -> other", "batch2.onnx")),
          "unet\n  RemoveDeadNodes\n");

  private static Explanation.EngineEffect effect(String choice, String... engines) {
    return new Explanation.EngineEffect(
        List.of(engines), new TreeMap<>(Map.of(choice, 33)), new TreeMap<>());
  }

  private static String text(Explanation... explanations) {
    return new CompileReport(
            Path.of("bundle"),
            1024,
            1,
            Map.of(),
            List.of(),
            List.of(),
            List.of(explanations),
            java.util.Optional.empty(),
            java.util.Optional.empty())
        .text();
  }

  @Test
  void theReportShowsWhatWasAskedForBeforeTheSummary() {
    List<String> lines = text(UNET).lines().map(String::strip).toList();
    assertEquals(List.of("unet", "RemoveDeadNodes", "layers: 83 f32"), lines.subList(0, 3));
    assertTrue(lines.contains("left in f32 (too small): a, b"), lines.toString());
    assertTrue(
        lines.indexOf("33  Conv -> Conv") > lines.indexOf("batch1.onnx, dynamic.onnx:"),
        lines.toString());
    assertTrue(
        lines.indexOf("33  Conv -> other") > lines.indexOf("batch2.onnx:"), lines.toString());
    assertTrue(lines.contains("batch2.onnx:"), lines.toString());
    assertTrue(lines.get(lines.size() - 1).startsWith("bundle: 1"), lines.toString());
  }

  @Test
  void nothingIsExplainedUnasked() {
    assertTrue(text().startsWith("component"), text());
  }
}
