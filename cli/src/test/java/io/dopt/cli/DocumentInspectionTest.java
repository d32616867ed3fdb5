package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dopt.runtime.bundle.EngineKernels;
import io.dopt.runtime.bundle.FusedRegion;
import io.dopt.runtime.bundle.PrecisionReport;
import io.dopt.runtime.bundle.PrecisionReport.Layer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentInspectionTest {
  @TempDir Path folder;

  @Test
  void precisionReportsSayWhatEnginesAreMadeOf() throws IOException {
    PrecisionReport report =
        PrecisionReport.of(
                "unet",
                "scheme=tensorrt precision=int8",
                List.of(
                    Layer.planned("a/Conv", "int8").withFound("int8", "sm80_xmma_fprop"),
                    Layer.planned("b/Conv", "int8").withFound("f16", "sm80_xmma_fprop")))
            .withEngines(
                List.of(
                    new EngineKernels(
                        "unet.plan",
                        new TreeMap<>(Map.of("int8", 37, "f16", 61)),
                        List.of(new FusedRegion("gemm", "int8", List.of("a/Conv", "a/Add"))),
                        "0123456789abcdef".repeat(4))));
    Path file = Files.write(folder.resolve("precision.json"), report.toJson());
    assertEquals(
        Map.of(
            "planned int8, found int8",
            "1",
            "planned int8, found f16",
            "1",
            "engine unet.plan",
            "61 f16, 37 int8; 1 computes several nodes; tactics 0123456789ab"),
        DocumentInspection.of(file).orElseThrow().facts());
  }
}
