package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dopt.quantizer.calibration.BucketStatistics;
import io.dopt.quantizer.calibration.CalibrationSettings;
import io.dopt.quantizer.calibration.CalibrationTable;
import io.dopt.quantizer.calibration.Histogram;
import io.dopt.quantizer.calibration.TimestepBuckets;
import io.dopt.quantizer.calibration.ValueStatistics;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code dopt inspect} of a calibration. */
class CalibrationInspectionTest {
  @TempDir private Path folder;

  private Path file;

  private static ValueStatistics value(double late, double early) {
    return new ValueStatistics(
        1,
        List.of(bucket(early), BucketStatistics.EMPTY, bucket(late)),
        List.of(Math.max(late, early)),
        List.of(0.0));
  }

  private static BucketStatistics bucket(double magnitude) {
    return new BucketStatistics(
        2, -magnitude / 2, magnitude, magnitude / 4, Histogram.of(64, 1024, 1, 1));
  }

  @BeforeEach
  void write() {
    file = folder.resolve("calibration.json");
    new CalibrationTable(
            CalibrationTable.FORMAT_VERSION,
            "1".repeat(64),
            new CalibrationSettings("2".repeat(64), 1, 0, 20, 3, 64, 64, "DDIMScheduler"),
            TimestepBuckets.uniform(900, 3),
            new TreeMap<>(
                Map.of(
                    "steady/Conv", value(4, 4),
                    "drifting/Add", value(30, 11),
                    "drifting/MatMul", value(30, 10),
                    "growing/Conv", value(2, 4))))
        .write(file);
  }

  @Test
  void whatDriftsMostIsFirstAndNamedOncePerModule() {
    CommandLineRun run = CommandLineRun.of("inspect", file);
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.out().contains("600-900  0-300\n"), run.out());
    assertFalse(run.out().contains("300-600"), run.out());
    int drifting = run.out().indexOf("drifting/MatMul         1   3.00     30.0   10.0");
    assertTrue(drifting > 0, run.out());
    assertTrue(drifting < run.out().indexOf("growing/Conv            1   2.00"), run.out());
    assertFalse(run.out().contains("drifting/Add"), run.out());
    assertTrue(run.out().contains("-15.0 to 30.0"), run.out());
  }

  @Test
  void allValuesAreInTheDocument() throws IOException {
    CommandLineRun run = CommandLineRun.of("inspect", file, "--json");
    JsonNode document = new ObjectMapper().readTree(run.out());
    assertEquals(CalibrationTable.read(file).hash(), document.get("sha256").textValue());
    assertEquals(4, document.get("values").size());
    JsonNode first = document.at("/values/0");
    assertEquals(3, first.get("drift").doubleValue());
    assertEquals(2, first.get("ranges").size());
    assertEquals(30, first.at("/methods/min-max/maximum").doubleValue());
    assertEquals(4, first.get("methods").size());
  }

  @Test
  void thePlotHasABandForEachModule() throws IOException {
    Path page = folder.resolve("plots/ranges.html");
    CommandLineRun run = CommandLineRun.of("inspect", file, "--plot", page);
    assertEquals(0, run.exitCode(), run.err());
    String html = Files.readString(page);
    assertEquals(3, html.split("<svg", -1).length - 1);
    assertTrue(html.replace("<wbr>", "").contains("<h3>drifting/MatMul</h3>"), html);
    assertFalse(html.contains("NaN"), html);
  }

  @Test
  void otherThingsAreNeitherReadNorDrawnAsCalibrations() throws IOException {
    Path other = Files.writeString(folder.resolve("other.json"), "{\"a\": 1}");
    CommandLineRun wrong = CommandLineRun.of("inspect", other);
    assertEquals(ErrorCode.BAD_INPUT.exitCode(), wrong.exitCode());
    assertTrue(wrong.err().contains("is not a calibration"), wrong.err());
    CommandLineRun graph =
        CommandLineRun.of(
            "inspect",
            Files.writeString(folder.resolve("g.ir"), "graph g"),
            "--plot",
            folder.resolve("x.html"));
    assertEquals(ErrorCode.USAGE.exitCode(), graph.exitCode());
    assertEquals(
        ErrorCode.USAGE.exitCode(), CommandLineRun.of("inspect", file, "--ir", "unet").exitCode());
  }
}
