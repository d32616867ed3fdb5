package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dopt.runtime.build.BuildPackage;
import io.dopt.runtime.build.PlanBuilders;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.PrecisionReport;
import io.dopt.runtime.engine.ComponentEngines;
import io.dopt.runtime.engine.ComponentRunner;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code dopt compile --target tensorrt} on a machine without a GPU. */
class CompileTensorRtTest {
  private static final Path FIXTURE =
      Path.of(System.getProperty("dopt.root"), "testdata", "fixtures", "sd15-tiny");

  /** ||out - ref|| / ||ref|| in f16, as the issue allows. */
  private static final double TOLERANCE = 1e-2;

  @TempDir private Path folder;

  private CommandLineRun compile(Path checkpoint, String... more) {
    List<Object> words =
        new ArrayList<>(
            List.of("compile", checkpoint, "-o", folder.resolve("package"), "--no-cache"));
    words.addAll(List.of(more));
    return CommandLineRun.of(words.toArray());
  }

  private CommandLineRun portable(String... more) {
    List<String> words = new ArrayList<>(List.of("--target=tensorrt", "--portable"));
    words.addAll(List.of(more));
    return compile(FIXTURE, words.toArray(String[]::new));
  }

  @ParameterizedTest
  @MethodSource("io.dopt.cli.RecordedFixtures#all")
  void thePackageImitatedEqualsDiffusers(Path fixture) {
    CommandLineRun run = compile(fixture, "--target=tensorrt", "--portable");
    assertEquals(0, run.exitCode(), run.err());
    BuildPackage opened = BuildPackage.open(folder.resolve("package"));
    assertEquals("f16", opened.specification().computeType());
    try (SafetensorsFile reference =
            SafetensorsFile.open(fixture.resolve("reference.safetensors"));
        ComponentEngines engines =
            new ComponentEngines(opened.bundle(), EngineOptions.defaults())) {
      int compared = 0;
      for (String component : opened.bundle().manifest().components().keySet()) {
        Map<String, DenseTensor> inputs = tensors(reference, component + ".in.");
        if (!inputs.isEmpty()) {
          Map<String, DenseTensor> actual = ComponentRunner.run(engines, component, inputs);
          tensors(reference, component + ".out.")
              .forEach((name, expected) -> compare(component, name, expected, actual.get(name)));
          compared++;
        }
      }
      assertTrue(compared >= 3, "compared " + compared + " components");
    }
  }

  private static void compare(
      String component, String name, DenseTensor expected, DenseTensor actual) {
    double[] reference = expected.toDoubles();
    double[] values = actual.toDoubles();
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < reference.length; i++) {
      difference += Math.pow(values[i] - reference[i], 2);
      norm += Math.pow(reference[i], 2);
    }
    double error = Math.sqrt(difference / norm);
    assertTrue(error <= TOLERANCE, component + "." + name + " differs by " + error);
  }

  private static Map<String, DenseTensor> tensors(SafetensorsFile file, String prefix) {
    Map<String, DenseTensor> tensors = new LinkedHashMap<>();
    for (String name : file.names()) {
      if (name.startsWith(prefix)) {
        tensors.put(
            name.substring(prefix.length()), DenseTensor.read(file.tensor(name).orElseThrow()));
      }
    }
    return tensors;
  }

  /** The quantizer's choices are in the file, and its images are near those in float32. */
  @ParameterizedTest
  @ValueSource(strings = {"int8", "fp8"})
  void aQuantizedPackageIsJudgedByItsImitation(String precision) throws IOException {
    CommandLineRun run =
        portable(
            "--precision=" + precision,
            "--calibration-count=1",
            "--calibration-steps=2",
            "--gate-count=2",
            "--gate-steps=2",
            "--json");
    assertEquals(0, run.exitCode(), run.err() + run.out());
    JsonNode review = new ObjectMapper().readTree(run.out()).path("review");
    assertTrue(review.at("/gate/verdict/passed").asBoolean(), run.out());
    assertTrue(review.at("/stored/" + precision).asInt() > 10, run.out());
    assertFalse(review.has("speed"), run.out());
    assertFalse(review.has("effect"), run.out());
    PrecisionReport report = Bundle.open(folder.resolve("package")).precisionReport().orElseThrow();
    assertTrue(report.recipe().startsWith("scheme=tensorrt"), report.recipe());
    assertTrue(report.layers().stream().allMatch(layer -> layer.found().isEmpty()));
    assertEquals(
        Set.of(precision, "f16"),
        report.layers().stream().map(PrecisionReport.Layer::planned).collect(Collectors.toSet()));
    assertTrue(review.at("/stored/f16").asInt() > 0, run.out());
    String expected = precision.equals("fp8") ? "8.9" : "7.5";
    assertEquals(
        expected,
        BuildPackage.open(folder.resolve("package"))
            .specification()
            .requires()
            .computeCapability());
  }

  @Test
  void inBfloat16NothingIsComparedAndThatIsSaid() {
    CommandLineRun run =
        portable(
            "--precision=int8",
            "--compute-type=bf16",
            "--calibration-count=1",
            "--calibration-steps=2");
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.err().contains("Images were not compared"), run.err());
    assertTrue(run.err().contains("Nothing was run"), run.err());
    CommandLineRun generated =
        CommandLineRun.of(
            "generate",
            folder.resolve("package"),
            "--prompt=a star",
            "-o",
            folder.resolve("star.png"));
    assertEquals(ErrorCode.UNSUPPORTED.exitCode(), generated.exitCode(), generated.err());
    assertTrue(generated.err().contains("no kernels for bf16"), generated.err());
  }

  @Test
  void aPackageThatIsRunSaysThatItIsImitated() {
    assertEquals(0, portable("--no-check", "--optimization-level=5", "--refit").exitCode());
    Path made = folder.resolve("package");
    CommandLineRun inspected = CommandLineRun.of("inspect", made);
    assertTrue(inspected.out().contains("computing in f16, level 5, refit"), inspected.out());
    assertTrue(inspected.out().contains("TensorRT 10.6 or newer"), inspected.out());
    CommandLineRun generated =
        CommandLineRun.of(
            "generate", made, "--prompt=a star", "--steps=2", "-o", folder.resolve("star.png"));
    assertTrue(generated.err().contains("times mean nothing"), generated.err());
    assertTrue(Files.exists(folder.resolve("star.png")), generated.err());
  }

  @Test
  void theTimesOfAnImitationAreNotGated() throws IOException {
    assertEquals(0, portable("--no-check").exitCode());
    Path made = folder.resolve("package");
    CommandLineRun gated = eval(made, "--gate=latency<=0.5x", "--gate=psnr>=30");
    assertEquals(ErrorCode.USAGE.exitCode(), gated.exitCode(), gated.err());
    assertTrue(gated.err().contains("--gate latency<=0.5x cannot be judged"), gated.err());
    assertFalse(Files.exists(folder.resolve("report")));
    CommandLineRun judged = eval(made, "--gate=psnr>=30");
    assertEquals(0, judged.exitCode(), judged.err());
    assertTrue(judged.out().contains("its times mean nothing"), judged.out());
    assertTrue(
        Files.readString(folder.resolve("report/report.html")).contains("its times mean nothing"));
  }

  private CommandLineRun eval(Path made, String... gates) {
    List<Object> words =
        new ArrayList<>(
            List.of(
                "eval",
                made,
                "--against",
                made,
                "--count=2",
                "--steps=1",
                "--no-noise-floor",
                "--report",
                folder.resolve("report")));
    words.addAll(List.of(gates));
    return CommandLineRun.of(words.toArray());
  }

  /** Before the checkpoint is even opened. */
  @Test
  void withoutGpuSupportItIsSaidWhatIsMissing() throws IOException {
    Assumptions.assumeTrue(PlanBuilders.find("tensorrt").isEmpty(), "this dopt has GPU support");
    CommandLineRun run = compile(folder.resolve("absent"), "--target=tensorrt");
    assertEquals(ErrorCode.ENGINE.exitCode(), run.exitCode());
    assertTrue(run.err().contains("built without GPU support"), run.err());
    assertTrue(run.err().contains("--portable"), run.err());
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(), left.toList());
    }
    assertTrue(CommandLineRun.of("doctor").out().contains("built without GPU support"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--portable | --target cpu needs no second stage",
        "--compute-type=f16 | --target cpu computes in f32",
        "--refit | --target cpu builds no plans",
        "--target=npu | There is no target 'npu'",
        "--target=tensorrt --portable --precision=int8-weight | Take int8, fp8 or int4-weight",
        "--target=tensorrt --portable --precision=f16 --compute-type=f16 | --precision f16 says it",
        "--target=tensorrt --portable --compute-type=f64 | --compute-type is f32, f16, bf16",
        "--target=tensorrt --portable --timing-cache=x | --portable builds nothing",
        "--target=tensorrt --portable --strip-plan | ask for refit too",
        "--target=tensorrt --portable --workspace=5x | not a size with its unit",
        "--target=tensorrt --portable --workspace=0 | not a size with its unit",
        "--target=tensorrt --portable --optimization-level=6 | 0 to 5, not 6",
        "--target=tensorrt --portable --hardware-compatibility=volta | none or ampere+",
        "--target=tensorrt --portable --exclude=x | nothing is quantized",
        "--target=tensorrt --portable --precision=int8 --allow-slower | 'dopt build' measures",
        "--target=tensorrt --portable --precision=int8 --compute-type=bf16 --gate-count=3"
            + " | no kernels for bf16",
        "--target=tensorrt --locked=x | whose kernels are chosen by time",
      })
  void whatHasNoEffectIsRefusedByName(String options, String reason) throws IOException {
    CommandLineRun run = compile(FIXTURE, options.split(" "));
    assertTrue(
        run.exitCode() == ErrorCode.USAGE.exitCode()
            || run.exitCode() == ErrorCode.UNSUPPORTED.exitCode(),
        run.err());
    assertTrue(run.err().contains(reason), run.err());
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(), left.toList());
    }
  }
}
