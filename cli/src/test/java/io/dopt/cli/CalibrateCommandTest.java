package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dopt.quantizer.calibration.CalibrationTable;
import io.dopt.quantizer.calibration.PartialCalibration;
import io.dopt.quantizer.calibration.ValueStatistics;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code dopt calibrate} on a fixture. */
class CalibrateCommandTest {
  private static final Path FIXTURE =
      Path.of(System.getProperty("dopt.root"), "testdata", "fixtures", "sd15-tiny");

  @TempDir private Path folder;

  private CommandLineRun calibrate(Path output, Object... more) {
    Object[] words = {
      "calibrate", FIXTURE, "-o", output, "--count", 2, "--steps", 3, "--threads", 1, "--json"
    };
    return CommandLineRun.of(
        Stream.concat(Stream.of(words), Stream.of(more)).toArray(Object[]::new));
  }

  private List<String> files() throws IOException {
    return listed(folder);
  }

  @Test
  void everyLayersValuesAreObservedOverAllTimesteps() throws IOException {
    Path file = folder.resolve("deep/calibration.json");
    CommandLineRun run = calibrate(file, "--seed", 5);
    assertEquals(0, run.exitCode(), run.err());
    CalibrationTable table = CalibrationTable.read(file);
    JsonNode result = new ObjectMapper().readTree(run.out());
    assertEquals(table.hash(), result.get("sha256").textValue());
    assertEquals(table.values().size(), result.get("values").intValue());
    assertEquals(2, table.settings().prompts());
    assertEquals(3, table.settings().steps());
    assertEquals(5, table.settings().seed());
    assertEquals(7.5, table.settings().guidanceScale());
    ValueStatistics sample = table.value("sample").orElseThrow();
    assertEquals(4, sample.channels());
    assertEquals(1, sample.channelAxis());
    ValueStatistics text = table.value("encoder_hidden_states").orElseThrow();
    assertEquals(2, text.channelAxis());
    // Three steps are in three tenths of the timesteps; guidance makes rows of both halves.
    assertEquals(3, sample.buckets().stream().filter(bucket -> bucket.count() > 0).count());
    int calls = 2 * 3;
    assertEquals(calls * 2 * 4 * 16 * 16, sample.merged().count());
    assertEquals(text.buckets().get(0).count(), text.buckets().get(3).count());
    assertEquals(List.of("calibration.json"), listed(file.getParent()));
  }

  private static List<String> listed(Path parent) throws IOException {
    try (Stream<Path> files = Files.list(parent)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  @Test
  void anUnfinishedCalibrationIsNeitherLostNorMixedWithAnother() throws IOException {
    Path file = folder.resolve("calibration.json");
    assertEquals(0, calibrate(file).exitCode());
    CalibrationTable table = CalibrationTable.read(file);
    Path partial = folder.resolve("calibration.json.partial");
    CommandLineRun complete = calibrate(file, "--resume");
    assertEquals(ErrorCode.IO.exitCode(), complete.exitCode());
    assertTrue(complete.err().contains("is complete"), complete.err());
    Files.delete(file);

    CommandLineRun nothing = calibrate(file, "--resume");
    assertEquals(ErrorCode.IO.exitCode(), nothing.exitCode());
    assertTrue(nothing.err().contains("leave --resume out"), nothing.err());

    new PartialCalibration(1, 0, of(table, "0".repeat(64))).write(partial);
    CommandLineRun stranger = calibrate(file, "--resume");
    assertEquals(ErrorCode.USAGE.exitCode(), stranger.exitCode());
    assertTrue(stranger.err().contains("of another checkpoint"), stranger.err());

    new PartialCalibration(1, 0, of(table, table.graph())).write(partial);
    CommandLineRun again = calibrate(file);
    assertEquals(ErrorCode.IO.exitCode(), again.exitCode());
    assertTrue(again.err().contains("--resume, or discard it by --force"), again.err());

    CommandLineRun other = calibrate(file, "--resume", "--seed", 3);
    assertEquals(ErrorCode.USAGE.exitCode(), other.exitCode());
    assertTrue(other.err().contains("the seed is 0, not 3"), other.err());
    assertFalse(Files.exists(file));

    assertEquals(0, calibrate(file, "--resume").exitCode());
    assertEquals(table, CalibrationTable.read(file));
    assertEquals(List.of("calibration.json"), files());

    CommandLineRun present = calibrate(file);
    assertEquals(ErrorCode.IO.exitCode(), present.exitCode());
  }

  /** As it was before the first image. */
  private static CalibrationTable of(CalibrationTable table, String graph) {
    return new CalibrationTable(1, graph, table.settings(), table.timesteps(), new TreeMap<>());
  }

  @Test
  void impossibleRequestsLeaveNothingBehind() throws IOException {
    Path file = folder.resolve("calibration.json");
    assertEquals(ErrorCode.USAGE.exitCode(), calibrate(file, "--size", "7x7").exitCode());
    assertEquals(
        ErrorCode.IO.exitCode(),
        calibrate(file, "--prompts", folder.resolve("none.txt")).exitCode());
    assertEquals(List.of(), files());
  }
}
