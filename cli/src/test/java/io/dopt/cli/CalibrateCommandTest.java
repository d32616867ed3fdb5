package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dopt.compiler.lock.FileHashes;
import io.dopt.importer.checkpoint.Checkpoint;
import io.dopt.importer.checkpoint.CheckpointOptions;
import io.dopt.importer.checkpoint.CheckpointReader;
import io.dopt.importer.family.FamilyBuilders;
import io.dopt.importer.family.PipelineImporter;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.passes.PassPipeline;
import io.dopt.quantizer.calibration.CalibrationTable;
import io.dopt.quantizer.calibration.PartialCalibration;
import io.dopt.quantizer.calibration.ValueStatistics;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code dopt calibrate} on a fixture. */
class CalibrateCommandTest {
  private static final Path FIXTURE =
      Path.of(System.getProperty("dopt.root"), "testdata", "fixtures", "sd15-tiny");

  private static final Console SILENT =
      new Console(System.out, System.err, Terminal.PLAIN, false, true, false);

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
  void interruptedAndResumedItIsTheSameFile() {
    try (Checkpoint opened =
        CheckpointReader.open(
            FIXTURE, new CheckpointOptions(Optional.empty(), Optional.empty(), Optional.empty()))) {
      PipelineModel model =
          PassPipeline.standard()
              .run(
                  new PipelineImporter(FamilyBuilders.standard(), false)
                      .importPipeline(opened)
                      .model())
              .model();
      CalibrationTable whole =
          Calibration.run(model, request(Optional.empty(), state -> {}), SILENT);
      Path partial = folder.resolve("partial");
      assertThrows(
          IllegalStateException.class,
          () ->
              Calibration.run(
                  model,
                  request(
                      Optional.empty(),
                      state -> {
                        state.write(partial);
                        if (state.done() == 2) {
                          throw new IllegalStateException("interrupted");
                        }
                      }),
                  SILENT));
      PartialCalibration unfinished = PartialCalibration.read(partial);
      assertEquals(2, unfinished.done());
      CalibrationTable resumed =
          Calibration.run(model, request(Optional.of(unfinished), state -> {}), SILENT);
      assertArrayEquals(whole.toJson(), resumed.toJson());
      assertEquals(whole.graph(), Calibration.graphHash(model, new FileHashes(Optional.empty())));
      assertEquals(List.of("partial"), files());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private CalibrationRequest request(
      Optional<PartialCalibration> resumed, Consumer<PartialCalibration> unfinished) {
    return new CalibrationRequest(
        List.of("a", "b", "c"),
        1,
        OptionalInt.of(2),
        OptionalDouble.of(1),
        Optional.empty(),
        EngineOptions.defaults().withThreads(1),
        folder.resolve("engines"),
        new FileHashes(Optional.empty()),
        resumed,
        Optional.of(unfinished));
  }

  @Test
  void anUnfinishedCalibrationIsNeitherLostNorMixedWithAnother() throws IOException {
    Path file = folder.resolve("calibration.json");
    assertEquals(0, calibrate(file).exitCode());
    CalibrationTable table = CalibrationTable.read(file);
    Path partial = folder.resolve("calibration.json.partial");
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
