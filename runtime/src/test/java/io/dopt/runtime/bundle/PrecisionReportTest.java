package io.dopt.runtime.bundle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.runtime.bundle.PrecisionReport.Calibration;
import io.dopt.runtime.bundle.PrecisionReport.Layer;
import io.dopt.runtime.bundle.PrecisionReport.LayerRange;
import io.dopt.runtime.bundle.PrecisionReport.Stretch;
import io.dopt.runtime.bundle.PrecisionReport.Trial;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrecisionReportTest {
  private static final LayerRange RANGE =
      new LayerRange(
          "a/Conv",
          List.of(new Stretch(500, 1000), new Stretch(0, 500)),
          List.of(-1.5, -2.0),
          List.of(1.5, 4.0));

  @TempDir Path folder;

  private static PrecisionReport report() {
    return PrecisionReport.of(
            "unet",
            "int8",
            List.of(
                Layer.planned("b/MatMul", "f32"),
                Layer.planned("a/Conv", "int8").withFound("int8", "QLinearConv")))
        .withCalibration(new Calibration("0".repeat(64), 8, 20, 7))
        .withTrials(List.of(new Trial("all int8", 0.97, 31.5, true)))
        .withRanges(List.of(RANGE))
        .withEngines(
            List.of(
                new EngineKernels(
                    "unet/batch2.plan",
                    new TreeMap<>(Map.of("int8", 1, "copies", 2)),
                    List.of(new FusedRegion("gemm", "int8", List.of("b/MatMul", "a/Conv"))),
                    "a".repeat(64))));
  }

  @Test
  void whatIsWrittenIsReadBack() throws IOException {
    Path file = Files.write(folder.resolve("precision.json"), report().toJson());
    PrecisionReport read = PrecisionReport.read(file);
    assertEquals(report(), read);
    assertArrayEquals(report().toJson(), read.toJson());
  }

  @Test
  void layersAreSortedAndWhatIsUnknownIsLeftOut() {
    String json = new String(report().toJson(), StandardCharsets.UTF_8);
    assertTrue(json.indexOf("a/Conv") < json.indexOf("b/MatMul"), json);
    assertTrue(json.contains("\"timesteps\": [ [ 500.0, 1000.0 ], [ 0.0, 500.0 ] ]"), json);
    String bare =
        new String(
            PrecisionReport.of("unet", "f32", List.of(Layer.planned("a", "f32"))).toJson(),
            StandardCharsets.UTF_8);
    assertTrue(!bare.contains("found") && !bare.contains("calibration"), bare);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"formatVersion\": 1 | \"formatVersion\": 2 | has format version 2",
        "\"component\": \"unet\" | \"component\": \"\" | 'component' is empty",
        "\"recipe\": \"int8\" | \"recipe\": \"int8\", \"color\": 1 | the key 'color' is unknown",
        "\"recipe\": \"int8\" | \"recipe\": null | recipe",
        "\"name\": \"b/MatMul\" | \"name\": \"a/Conv\" | the layer 'a/Conv' occurs twice",
        "\"planned\": \"f32\" | \"planned\": 8 | layers[1].planned",
        "\"seed\": 7 | \"seed\": 7.5 | calibration.seed",
        "\"prompts\": 8 | \"prompts\": 0 | at least one prompt",
        "\"sha256\": \"0 | \"sha256\": \"x | is not a SHA-256",
        "\"qualityDb\": 31.5 | \"qualityDb\": \"NaN\" | NaN is no number",
        "\"qualityDb\": 31.5 | \"qualityDb\": 1e999 | is no number that can be there",
        "\"quantizedShare\": 0.97 | \"quantizedShare\": 1.5 | is not between 0 and 1",
        "[ 500.0, 1000.0 ] | [ 500.0, 1000.0, 1 ] | is no stretch",
        "[ 500.0, 1000.0 ] | [ 500.0, 500.0 ] | are none",
        "[ -1.5, -2.0 ] | [ -1.5 ] | lists of different lengths",
        "[ -1.5, -2.0 ] | [ -1.5, null ] | an entry that is null",
        "[ -1.5, -2.0 ] | [ -1.5, 9 ] | is above its maximum",
        "\"trials\": [ | \"trials\": 3, \"x\": [ | trials",
        "\"trials\": [ { | \"trials\": [ null, { | an entry that is null",
      })
  void malformedReportsAreRefused(String text, String instead, String reason) throws IOException {
    String json = new String(report().toJson(), StandardCharsets.UTF_8);
    assertTrue(json.contains(text), json);
    assertRefused(json.replace(text, instead), reason);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "null", "{}", "{\"formatVersion\": \"1\"}", "\0\1"})
  void whatIsNoReportIsRefused(String json) throws IOException {
    assertRefused(json, "is not a precision report");
  }

  private void assertRefused(String json, String reason) throws IOException {
    Path file = Files.writeString(folder.resolve("precision.json"), json);
    DoptException refused = assertThrows(DoptException.class, () -> PrecisionReport.read(file));
    assertTrue(
        refused.code() == ErrorCode.BAD_INPUT || refused.code() == ErrorCode.UNSUPPORTED,
        refused.code().toString());
    assertTrue(refused.getMessage().contains(reason), refused.getMessage());
  }

  @Test
  void tooManyRangesAreRefused() {
    List<LayerRange> ranges = Collections.nCopies(PrecisionReport.MAXIMUM_RANGES + 1, RANGE);
    assertThrows(DoptException.class, () -> report().withRanges(ranges));
  }

  @Test
  void aMissingFileIsNamed() {
    DoptException refused =
        assertThrows(
            DoptException.class, () -> PrecisionReport.read(folder.resolve("absent.json")));
    assertEquals(ErrorCode.IO, refused.code());
  }

  @Test
  void sensitivityIsKept() throws IOException {
    Layer layer = new Layer("a", "int8", Optional.empty(), Optional.empty(), Optional.of(28.25));
    PrecisionReport report = PrecisionReport.of("unet", "auto", List.of(layer));
    Path file = Files.write(folder.resolve("precision.json"), report.toJson());
    assertEquals(List.of(layer), PrecisionReport.read(file).layers());
  }
}
