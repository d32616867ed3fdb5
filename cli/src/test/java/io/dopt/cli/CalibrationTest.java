package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.compiler.lock.FileHashes;
import io.dopt.importer.checkpoint.Checkpoint;
import io.dopt.importer.checkpoint.CheckpointOptions;
import io.dopt.importer.checkpoint.CheckpointReader;
import io.dopt.importer.family.FamilyBuilders;
import io.dopt.importer.family.PipelineImporter;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.passes.PassPipeline;
import io.dopt.quantizer.calibration.BucketStatistics;
import io.dopt.quantizer.calibration.CalibrationTable;
import io.dopt.quantizer.calibration.Histogram;
import io.dopt.quantizer.calibration.PartialCalibration;
import io.dopt.quantizer.calibration.ValueStatistics;
import io.dopt.runtime.engine.EngineOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A calibration of a fixture. */
class CalibrationTest {
  private static final Path FIXTURE =
      Path.of(System.getProperty("dopt.root"), "testdata", "fixtures", "sd15-tiny");

  @TempDir private Path folder;

  private static <T> T with(Path checkpoint, Function<PipelineModel, T> work) {
    CheckpointOptions options =
        new CheckpointOptions(Optional.empty(), Optional.empty(), Optional.empty());
    try (Checkpoint opened = CheckpointReader.open(checkpoint, options)) {
      PipelineImporter importer = new PipelineImporter(FamilyBuilders.standard(), false);
      return work.apply(
          PassPipeline.standard().run(importer.importPipeline(opened).model()).model());
    }
  }

  private CalibrationTable calibrate(
      Optional<PartialCalibration> resumed, Consumer<PartialCalibration> unfinished) {
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    CalibrationRequest request =
        new CalibrationRequest(
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
    return with(
        FIXTURE,
        model ->
            Calibration.run(
                model, request, new Console(nowhere, nowhere, Terminal.PLAIN, false, true, false)));
  }

  private static List<String> listed(Path parent) throws IOException {
    try (Stream<Path> files = Files.list(parent)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  @Test
  void interruptedAndResumedItIsTheSameTable() throws IOException {
    CalibrationTable whole = calibrate(Optional.empty(), state -> {});
    Path partial = folder.resolve("partial");
    assertThrows(
        IllegalStateException.class,
        () ->
            calibrate(
                Optional.empty(),
                state -> {
                  state.write(partial);
                  if (state.done() == 2) {
                    throw new IllegalStateException("interrupted");
                  }
                }));
    PartialCalibration unfinished = PartialCalibration.read(partial);
    assertEquals(2, unfinished.done());
    CalibrationTable resumed = calibrate(Optional.of(unfinished), state -> {});
    assertArrayEquals(whole.toJson(), resumed.toJson());
    assertEquals(List.of("partial"), listed(folder));
    whole.values().forEach(CalibrationTest::requireConsistent);
  }

  /** Reductions and samples come from the engine by different ways. */
  private static void requireConsistent(String value, ValueStatistics statistics) {
    for (BucketStatistics bucket : statistics.buckets()) {
      Histogram histogram = bucket.histogram();
      int last = histogram.first() + histogram.counts().length - 1;
      double sum = 0;
      for (int bin = histogram.first(); bin <= last; bin++) {
        sum += histogram.count(bin) * histogram.middle(bin);
      }
      if (bucket.count() > 0 && histogram.total() == bucket.count()) {
        assertTrue(histogram.lower(histogram.first()) <= bucket.minimum(), value);
        assertTrue(histogram.lower(histogram.first() + 1) > bucket.minimum(), value);
        assertTrue(histogram.lower(last) <= bucket.maximum(), value);
        assertTrue(histogram.lower(last + 1) > bucket.maximum(), value);
        assertEquals(bucket.mean(), sum / histogram.total(), histogram.width() / 2, value);
      }
    }
    BucketStatistics merged = statistics.merged();
    double channels =
        statistics.channelAbsoluteMaximum().stream().mapToDouble(d -> d).max().orElseThrow();
    double mean = statistics.channelMean().stream().mapToDouble(d -> d).average().orElseThrow();
    assertEquals(merged.absoluteMaximum(), channels, value);
    assertEquals(merged.mean(), mean, 1e-6 * (1 + channels), value);
  }

  @Test
  void theHashOfAGraphIsTheSameWhereverTheCheckpointLies() throws IOException {
    Path moved = folder.resolve("moved");
    try (Stream<Path> files = Files.walk(FIXTURE)) {
      files.forEach(
          file -> {
            try {
              Files.copy(file, moved.resolve(FIXTURE.relativize(file).toString()));
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }
    String hash = with(FIXTURE, CalibrationTest::hash);
    assertEquals(hash, with(moved, CalibrationTest::hash));
    Path weights = moved.resolve("unet/diffusion_pytorch_model.safetensors");
    byte[] changed = Files.readAllBytes(weights);
    changed[changed.length - 1] ^= 1;
    Files.write(weights, changed);
    assertNotEquals(hash, with(moved, CalibrationTest::hash));
  }

  private static String hash(PipelineModel model) {
    return Calibration.graphHash(model, new FileHashes(Optional.empty()));
  }
}
