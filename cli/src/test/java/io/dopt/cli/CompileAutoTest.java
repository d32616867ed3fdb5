package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.PrecisionReport;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which layers are quantized is searched, with images of a tiny pipeline in a few steps. */
class CompileAutoTest {
  private static final Path FIXTURE =
      Path.of(System.getProperty("dopt.root"), "testdata", "fixtures", "sd15-tiny");

  @TempDir Path folder;

  private CommandLineRun compile(String name, Object... more) {
    List<Object> arguments =
        new ArrayList<>(
            List.of("compile", FIXTURE, "-o", folder.resolve(name), "--precision", "auto"));
    arguments.addAll(
        List.of("--calibration-count", "1", "--calibration-steps", "2", "--size", "16x16"));
    // So small a denoiser is not faster in integers.
    arguments.addAll(List.of("--allow-slower", "--no-cache", "--quiet", "--json"));
    arguments.addAll(List.of(more));
    return CommandLineRun.of(arguments.toArray());
  }

  private List<String> leftBehind() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void theMostThatABudgetAllowsIsChosenAndAgainWithItsPlan() throws IOException {
    CommandLineRun found =
        compile(
            "found",
            "--quality-budget",
            "psnr>=5",
            "--gate-count",
            "2",
            "--gate-steps",
            "2",
            "--plan-output",
            folder.resolve("plan.json"));
    assertEquals(0, found.exitCode(), found.err());
    JsonNode search = new ObjectMapper().readTree(found.out()).get("search");
    JsonNode trial = search.get("trials").get(0);
    assertEquals("psnr>=5", search.get("budget").get(0).textValue());
    assertTrue(trial.get("holds").booleanValue() && trial.get("chosen").booleanValue());
    assertTrue(
        search.get("images").textValue().contains("2 images of 16x16, 2 steps"), found.out());
    PrecisionReport report =
        PrecisionReport.read(folder.resolve("found").resolve(Bundle.PRECISION));
    assertEquals(1, report.trials().size());
    long quantized =
        report.layers().stream().filter(layer -> layer.planned().equals("int8")).count();
    assertEquals(trial.get("layers").longValue(), quantized);
    assertEquals(List.of("found", "plan.json"), leftBehind());

    CommandLineRun planned = compile("planned", "--plan", folder.resolve("plan.json"), "--no-gate");
    assertEquals(0, planned.exitCode(), planned.err());
    assertEquals(
        Files.readString(folder.resolve("found/dopt.lock"))
            .lines()
            .filter(line -> line.contains("quantization"))
            .toList(),
        Files.readString(folder.resolve("planned/dopt.lock"))
            .lines()
            .filter(line -> line.contains("quantization"))
            .toList());
    assertEquals(
        -1,
        Files.mismatch(
            folder.resolve("found/unet/dynamic.onnx"),
            folder.resolve("planned/unet/dynamic.onnx")));
  }

  @Test
  void aBudgetThatNothingKeepsEndsWithTheBestThatWasReached() throws IOException {
    CommandLineRun run =
        compile("none", "--quality-budget", "psnr>=200", "--gate-count", "2", "--gate-steps", "1");
    assertEquals(ErrorCode.QUALITY.exitCode(), run.exitCode(), run.err());
    assertTrue(run.err().contains("Only float32 keeps the budget psnr>=200"), run.err());
    assertTrue(run.err().contains("The best that was tried is 1 of"), run.err());
    assertEquals(List.of(), leftBehind());
  }

  @Test
  void whatWouldHaveNoEffectIsRefused() throws IOException {
    Path plan = Files.writeString(folder.resolve("plan.json"), "{}");
    assertRefused("--no-gate", compile("x", "--no-gate"));
    assertRefused("--no-check", compile("x", "--no-check"));
    CommandLineRun taken = compile("x", "--plan-output", plan);
    assertEquals(ErrorCode.IO.exitCode(), taken.exitCode(), taken.err());
    assertTrue(taken.err().contains("plan.json already exists"), taken.err());
    assertEquals("{}", Files.readString(plan));
    assertRefused(
        "--plan", CommandLineRun.of("compile", FIXTURE, "-o", folder.resolve("x"), "--plan", plan));
    assertRefused(
        "--plan-output",
        CommandLineRun.of("compile", FIXTURE, "-o", folder.resolve("x"), "--plan-output", plan));
    assertFalse(Files.exists(folder.resolve("x")));
  }

  private static void assertRefused(String option, CommandLineRun run) {
    assertEquals(ErrorCode.USAGE.exitCode(), run.exitCode(), run.err());
    assertTrue(run.err().contains(option + " "), run.err());
  }
}
