package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.PrecisionReport;
import io.dopt.runtime.bundle.PrecisionReport.Layer;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How {@code compile} judges what it quantized; tiny models need not be faster. */
class CompileReviewTest {
  private static final Path FIXTURE =
      Path.of(System.getProperty("dopt.root"), "testdata", "fixtures", "sd15-tiny");

  @TempDir private static Path shared;

  @TempDir private Path folder;

  @BeforeAll
  static void calibrate() {
    CommandLineRun run =
        CommandLineRun.of(
            "calibrate",
            FIXTURE,
            "-o",
            shared.resolve("calibration.json"),
            "--count=1",
            "--steps=2");
    assertEquals(0, run.exitCode(), run.err());
  }

  private CommandLineRun compile(String name, String... more) {
    List<Object> words =
        new ArrayList<>(List.of("compile", FIXTURE, "-o", folder.resolve(name), "--no-cache"));
    words.addAll(List.of(more));
    return CommandLineRun.of(words.toArray());
  }

  private CommandLineRun quantized(String name, String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "--precision=int8",
                "--calibration=" + shared.resolve("calibration.json"),
                "--allow-slower",
                "--json"));
    words.addAll(List.of(more));
    return compile(name, words.toArray(String[]::new));
  }

  /** Nothing to calibrate, so quicker. */
  private CommandLineRun weightOnly(String budget, String count) {
    return compile(
        "bundle",
        "--precision=int8-weight",
        "--no-check",
        "--gate-steps=2",
        "--allow-slower",
        "--json",
        budget,
        count);
  }

  @Test
  void theBundleSaysWhatTheEngineWasFoundToDo() throws IOException {
    CommandLineRun run = quantized("first", "--gate-count=2", "--gate-steps=2");
    assertEquals(0, run.exitCode(), run.err());
    Bundle bundle = Bundle.open(folder.resolve("first"));
    bundle.verify();
    PrecisionReport report = bundle.precisionReport().orElseThrow();
    List<Layer> integer =
        report.layers().stream().filter(layer -> layer.planned().equals("int8")).toList();
    assertTrue(integer.size() > 10, report.layers().toString());
    assertTrue(
        integer.stream().allMatch(layer -> layer.found().equals(Optional.of("int8"))),
        integer.toString());
    assertTrue(
        report.layers().stream().anyMatch(layer -> layer.planned().equals("f32")),
        report.layers().toString());
    assertEquals(2, report.calibration().orElseThrow().steps());
    assertEquals(PrecisionReport.MAXIMUM_RANGES, report.ranges().size());

    JsonNode review = new ObjectMapper().readTree(run.out()).path("review");
    assertEquals("PASS", verdict(review));
    assertEquals(integer.size(), review.at("/effect/precisions/1/found").asInt());
    assertTrue(review.at("/speed/ratio").asDouble() > 0, run.out());

    assertEquals(0, quantized("second", "--gate-count=2", "--gate-steps=2").exitCode());
    assertEquals(
        Files.readString(folder.resolve("first").resolve(Bundle.LOCK)),
        Files.readString(folder.resolve("second").resolve(Bundle.LOCK)));
  }

  private static String verdict(JsonNode review) {
    return review.at("/gate/verdict/passed").asBoolean() ? "PASS" : "FAIL";
  }

  @Test
  void aBudgetThatIsNotMetLeavesNothing() throws IOException {
    CommandLineRun run = weightOnly("--quality-budget=psnr>=90", "--gate-count=2");
    assertEquals(ErrorCode.QUALITY.exitCode(), run.exitCode(), run.err());
    assertTrue(run.out().contains("psnr.mean is"), run.out());
    assertTrue(run.out().contains("No bundle was written"), run.out());
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(), left.toList());
    }
  }

  /** Engines for every shape have no integer attention. */
  @Test
  void aSilentFallbackIsRefusedByName() {
    CommandLineRun run = quantized("bundle", "--dynamic", "--attention=all", "--no-gate");
    assertEquals(ErrorCode.ENGINE.exitCode(), run.exitCode(), run.out());
    assertTrue(
        run.out().contains("attn1/Attention (planned int8, found f32 in MultiHeadAttention)"),
        run.out());
    assertFalse(Files.exists(folder.resolve("bundle")));

    CommandLineRun allowed =
        quantized("bundle", "--dynamic", "--attention=all", "--no-gate", "--allow-fallback");
    assertEquals(0, allowed.exitCode(), allowed.err());
    assertTrue(allowed.err().contains("otherwise than planned"), allowed.err());
    Layer attention =
        Bundle.open(folder.resolve("bundle")).precisionReport().orElseThrow().layers().stream()
            .filter(layer -> layer.name().endsWith("attn1/Attention"))
            .findFirst()
            .orElseThrow();
    assertEquals("int8", attention.planned());
    assertEquals(Optional.of("f32"), attention.found());
  }

  @Test
  void aSingleImageDoesNotDecideAMean() {
    CommandLineRun run = weightOnly("--quality-budget=psnr>=30", "--gate-count=1");
    assertEquals(ErrorCode.INCONCLUSIVE.exitCode(), run.exitCode(), run.out());
    assertTrue(run.out().contains("--gate-count"), run.out());
    assertFalse(Files.exists(folder.resolve("bundle")));
  }

  /** Before the calibration is looked at, which is not there. */
  @Test
  void anOutputThatExistsIsRefusedFirst() throws IOException {
    Files.createDirectory(folder.resolve("bundle"));
    CommandLineRun run = compile("bundle", "--precision=int8", "--calibration=none");
    assertEquals(ErrorCode.IO.exitCode(), run.exitCode(), run.err());
    assertTrue(run.err().contains("already exists"), run.err());
  }

  @Test
  void aCalibrationOfAnotherSizeIsWarnedOf() {
    CommandLineRun run =
        compile(
            "bundle",
            "--precision=int8",
            "--calibration=" + shared.resolve("calibration.json"),
            "--size=64x64",
            "--no-check",
            "--no-gate");
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.err().contains("was made with images of 32x32"), run.err());
    assertTrue(run.err().contains("the bundle is for 64x64 first"), run.err());
  }

  /** A user's folder may be called what a folder for the time being could be. */
  @Test
  void foldersBesideTheOutputDoNotMatter() throws IOException {
    Files.createDirectory(folder.resolve("bundle.float32"));
    CommandLineRun run = weightOnly("--quality-budget=psnr>=5", "--gate-count=2");
    assertEquals(0, run.exitCode(), run.err());
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(
          List.of("bundle", "bundle.float32"),
          left.map(path -> path.getFileName().toString()).sorted().toList());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--gate-count=2 | nothing is quantized",
        "--allow-slower | nothing is quantized",
        "--quality-budget=psnr>=30 | nothing is quantized",
        "--precision=int8-weight --no-gate --gate-seed=3 | --gate-seed would have no effect",
        "--precision=int8-weight --no-gate --quality-budget=psnr>=3 | no effect with --no-gate",
        "--precision=int8-weight --no-check --allow-fallback | no effect with --no-check",
        "--precision=int8-weight --no-check --no-gate --allow-slower | no effect with --no-check",
        "--precision=int8-weight --quality-budget=latency<=1x | is for 'dopt eval --gate'",
        "--precision=int8-weight --quality-budget=clip>=-0.1 | 'clip' is not measured",
        "--precision=int9 | is f32, f16, bf16, int8, fp8, int8-weight, int4-weight or auto, not 'int9'",
        "--precision=int8-weight --exclude=. | would quantize nothing",
        "--precision=int8-weight --exclude=nowhere | fits none of the",
        "--precision=auto --plan=p --exclude=a | --exclude would have no effect with --plan",
        "--precision=auto --plan=p --attention=all | --attention would have no effect with --plan",
        "--precision=auto --plan=p --no-default-exclusions | would have no effect with --plan",
        "--precision=int8 --smooth=0.5 --exclude=transformer_blocks | --smooth would have no effect",
        "--precision=int4-weight --block-size=128 --exclude=ff | no layer is in int4-weight; blocks of 128 do not",
        "--precision=int8 --calibration=none --target=abacus | abacus",
        "--precision=int8 --calibration=none --size=33x32 | 33x32",
      })
  void whatHasNoEffectIsRefused(String options, String reason) {
    CommandLineRun run = compile("bundle", options.split(" "));
    assertEquals(ErrorCode.USAGE.exitCode(), run.exitCode(), run.err());
    assertTrue(run.err().contains(reason), run.err());
  }
}
