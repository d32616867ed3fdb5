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
          new TreeMap<>(Map.of("Conv -> Conv", 33)),
          new TreeMap<>(),
          "unet\n  RemoveDeadNodes\n");

  private static String text(Explanation... explanations) {
    return new CompileReport(
            Path.of("bundle"), 1024, 1, Map.of(), List.of(), List.of(), List.of(explanations))
        .text();
  }

  @Test
  void theReportShowsWhatWasAskedForBeforeTheSummary() {
    List<String> lines = text(UNET).lines().map(String::strip).toList();
    assertEquals(List.of("unet", "RemoveDeadNodes", "layers: 83 f32"), lines.subList(0, 3));
    assertTrue(lines.contains("33  Conv -> Conv"), lines.toString());
    assertTrue(lines.get(lines.size() - 1).startsWith("bundle: 1"), lines.toString());
  }

  @Test
  void nothingIsExplainedUnasked() {
    assertTrue(text().startsWith("component"), text());
  }
}
