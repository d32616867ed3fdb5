package io.dopt.evals.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportJsonTest {
  @TempDir Path folder;

  @Test
  void equalReportsAreEqualBytes() throws IOException {
    assertEquals(
        ReportJson.write(ExampleReport.write(folder, 4)),
        ReportJson.write(ExampleReport.write(folder, 4)));
  }

  @Test
  void keysAreThoseOfTheDocumentInItsOrder() throws IOException {
    JsonNode report = new ObjectMapper().readTree(ReportJson.write(ExampleReport.write(folder, 4)));
    assertEquals(
        List.of(
            "formatVersion",
            "verdict",
            "candidate",
            "reference",
            "settings",
            "metrics",
            "scores",
            "distributions",
            "noiseFloor",
            "latentMeanSquaredError",
            "speed",
            "layers",
            "precision",
            "alternatives",
            "cost",
            "breakEven",
            "peakResidentBytes",
            "samples",
            "environment",
            "created",
            "command"),
        keys(report));
    assertEquals(
        List.of("name", "failure", "explanation", "samples"), keys(report.at("/verdict/checks/1")));
    assertEquals("quality", report.at("/verdict/checks/1/failure").textValue());
    assertFalse(report.at("/verdict/checks/0").has("failure"));
    assertEquals("noise_floor", report.at("/reference/kind").textValue());
    assertEquals(
        List.of("count", "mean", "median", "p05", "p95", "minimum", "maximum"),
        keys(report.at("/metrics/0/summary")));
    assertEquals(List.of("low", "high"), keys(report.at("/metrics/0/summary/mean/interval95")));
    assertEquals("denoiser_step", report.at("/speed/candidate/stages/1/stage").textValue());
    assertEquals(4, report.get("samples").size());
    assertFalse(report.at("/samples/0").has("candidateProblem"));
    assertEquals(150, report.at("/samples/0/metrics/psnr").doubleValue());
  }

  private static List<String> keys(JsonNode node) {
    List<String> keys = new ArrayList<>();
    node.fieldNames().forEachRemaining(keys::add);
    return keys;
  }
}
