package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dopt.evals.Comparison;
import io.dopt.evals.ComparisonRequest;
import io.dopt.evals.Evaluation;
import io.dopt.evals.EvaluationListener;
import io.dopt.evals.EvaluationPrompts;
import io.dopt.evals.KeptReference;
import io.dopt.evals.Reference;
import io.dopt.evals.Sampling;
import io.dopt.evals.gate.Gate;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Gates of {@code dopt eval}, on a compiled fixture and the same with noise in its weights. */
class EvalGateTest {
  private static final Path FIXTURE =
      Path.of(System.getProperty("dopt.root"), "testdata", "fixtures", "sd15-tiny");

  @TempDir private static Path shared;

  @TempDir private Path folder;

  private static Path reference;
  private static Path noisy;

  @BeforeAll
  static void compile() throws IOException {
    reference = shared.resolve("reference");
    CommandLineRun run = CommandLineRun.of("compile", FIXTURE, "-o", reference);
    assertEquals(0, run.exitCode(), run.err());
    noisy = shared.resolve("noisy");
    try (Stream<Path> files = Files.walk(reference)) {
      for (Path file : files.toList()) {
        Files.copy(file, noisy.resolve(reference.relativize(file).toString()));
      }
    }
    Path weights = noisy.resolve("unet/weights.bin");
    byte[] bytes = Files.readAllBytes(weights);
    FloatBuffer values = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    Random random = new Random(1);
    for (int i = 0; i < values.limit(); i++) {
      values.put(i, values.get(i) * (1 + 0.05f * (float) random.nextGaussian()));
    }
    Files.write(weights, bytes);
  }

  /** One step and two samples where nothing else is asked for. */
  private CommandLineRun eval(Object... arguments) {
    List<Object> words = new ArrayList<>(List.of("eval", noisy, "--against", reference));
    words.addAll(List.of("--report", folder.resolve("report"), "--force"));
    List<Object> asked = List.of(arguments);
    words.addAll(asked.contains("--steps") ? List.of() : List.of("--steps", 1));
    words.addAll(asked.contains("--count") ? List.of() : List.of("--count", 2));
    words.addAll(asked);
    return CommandLineRun.of(words.toArray());
  }

  private JsonNode report() throws IOException {
    return new ObjectMapper().readTree(folder.resolve("report/report.json").toFile());
  }

  @Test
  void gatesThatPassEndWithZero() throws IOException {
    CommandLineRun run =
        eval("--steps", 3, "--gate", "psnr.min>=5", "--gate", "latency.p50 <= 100x");
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.out().startsWith("PASS: noisy against reference"), run.out());
    assertTrue(run.out().contains("  pass  psnr.min>=5: psnr.min is "), run.out());
    assertTrue(run.out().contains("  noise floor: mean PSNR"), run.out());
    JsonNode report = report();
    assertTrue(report.at("/verdict/qualityGated").booleanValue(), report.toString());
    assertEquals("pass", report.at("/verdict/gates/1/outcome").textValue());
    assertEquals("speed", report.at("/verdict/gates/1/kind").textValue());
    assertEquals(2, report.at("/noiseFloor/samples").intValue());
    assertTrue(report.at("/noiseFloor/metrics/0/summary/mean/value").doubleValue() > 60);
    JsonNode latents = report.get("latentMeanSquaredError");
    assertEquals(3, latents.size());
    assertEquals(1, latents.at("/0/step").intValue());
    assertTrue(latents.at("/0/meanSquaredError").doubleValue() > 0, latents.toString());
    assertTrue(latents.at("/2/relative").doubleValue() < 1, latents.toString());
  }

  @Test
  void failuresEndWithTheirOwnCodesAndQualityFirst() {
    assertEquals(11, eval("--no-noise-floor", "--gate", "latency<=0.001x").exitCode());
    CommandLineRun run =
        eval("--no-noise-floor", "--gate", "latency<=0.001x", "--gate", "psnr>=149");
    assertEquals(10, run.exitCode(), run.err());
    assertTrue(run.out().startsWith("FAIL"), run.out());
    assertTrue(run.err().contains("psnr.mean is "), run.err());
    assertFalse(run.out().contains("noise floor"), run.out());
  }

  @Test
  void whatTheSamplesDoNotDecideEndsWithTwelve() throws IOException {
    assertEquals(0, eval("--no-noise-floor").exitCode());
    JsonNode mean = report().at("/metrics/0/summary/mean");
    double between =
        (mean.get("value").doubleValue() + mean.at("/interval95/low").doubleValue()) / 2;
    CommandLineRun run = eval("--no-noise-floor", "--gate", "psnr>=" + between);
    assertEquals(12, run.exitCode(), run.err());
    assertTrue(run.out().startsWith("INCONCLUSIVE"), run.out());
    assertTrue(run.err().contains("would decide, if the estimate stays"), run.err());
  }

  @Test
  void whatCannotBeJudgedIsRefusedBeforeTheWork() {
    assertRefused(4, "cannot gate", "--gate", "frechet<=10");
    assertRefused(2, "'sharpness' is not measured", "--gate", "sharpness>=1");
    assertRefused(2, "none is given. Name one with --baseline", "--gate", "psnr.regression<=1");
    assertRefused(5, "cannot be read", "--baseline", folder.resolve("none.json"));
    assertRefused(3, "is not a report of dopt eval", "--baseline", reference.resolve("dopt.lock"));
    CommandLineRun itself =
        CommandLineRun.of(
            "eval", noisy, "--report", folder.resolve("report"), "--gate", "psnr>=30");
    assertEquals(2, itself.exitCode());
    assertTrue(itself.err().contains("--against"), itself.err());
    CommandLineRun floor =
        CommandLineRun.of("eval", noisy, "--report", folder.resolve("report"), "--no-noise-floor");
    assertEquals(2, floor.exitCode());
  }

  private void assertRefused(int exitCode, String reason, Object... arguments) {
    CommandLineRun run = eval(arguments);
    assertEquals(exitCode, run.exitCode(), run.err());
    assertTrue(run.err().contains(reason), run.err());
    assertFalse(Files.exists(folder.resolve("report")));
  }

  @Test
  void timesOfFilesCannotGate() {
    Path images = folder.resolve("images");
    CommandLineRun made =
        CommandLineRun.of("eval", reference, "--steps", 1, "--count", 2, "--report", images);
    assertEquals(0, made.exitCode(), made.err());
    Path second = folder.resolve("second");
    Object[] arguments = {
      "eval",
      noisy,
      "--against",
      images.resolve("candidate"),
      "--steps",
      1,
      "--count",
      2,
      "--report",
      second,
      "--gate"
    };
    CommandLineRun ratio =
        CommandLineRun.of(Stream.concat(Stream.of(arguments), Stream.of("latency<=1x")).toArray());
    assertEquals(4, ratio.exitCode(), ratio.err());
    CommandLineRun absolute =
        CommandLineRun.of(
            Stream.concat(Stream.of(arguments), Stream.of("latency<=900s")).toArray());
    assertEquals(0, absolute.exitCode(), absolute.err());
  }

  @Test
  void limitsBeyondTheNoiseFloorAreAWarning() throws IOException {
    CommandLineRun run =
        CommandLineRun.of(
            "eval",
            reference,
            "--against",
            reference,
            "--steps",
            1,
            "--count",
            2,
            "--report",
            folder.resolve("report"),
            "--gate",
            "max_absolute_error.max<=0",
            "--gate",
            "psnr.min>=150");
    assertEquals(0, run.exitCode(), run.err());
    boolean floorIsZero = report().at("/noiseFloor/metrics/0/summary/minimum").doubleValue() == 150;
    assertEquals(!floorIsZero, run.err().contains("asks for more than the noise floor"));
    assertEquals(floorIsZero ? 0 : 2, report().at("/noiseFloor/gatesBeyond").size());
  }

  @Test
  void aBaselineTellsARegression() throws IOException {
    Path old = folder.resolve("old");
    CommandLineRun before =
        CommandLineRun.of(
            "eval",
            reference,
            "--against",
            reference,
            "--steps",
            1,
            "--count",
            2,
            "--report",
            old,
            "--no-noise-floor");
    assertEquals(0, before.exitCode(), before.err());
    Object[] compared = {
      "--no-noise-floor", "--baseline", old.resolve("report.json"), "--gate", "psnr.regression<=1"
    };
    CommandLineRun run = eval(compared);
    assertEquals(10, run.exitCode(), run.err());
    assertTrue(run.out().contains("baseline: reference of "), run.out());
    JsonNode baseline = report().get("baseline");
    assertTrue(baseline.get("paired").booleanValue(), baseline.toString());
    assertEquals("psnr", baseline.at("/changes/0/name").textValue());
    assertTrue(baseline.at("/changes/0/change/value").doubleValue() < -1, baseline.toString());
    assertFalse(run.err().contains("was made otherwise"), run.err());

    Object[] otherSeeds = Stream.concat(Stream.of(compared), Stream.of("--seed", 9)).toArray();
    assertEquals(10, eval(otherSeeds).exitCode());
    assertFalse(report().at("/baseline/paired").booleanValue());
  }

  @Test
  void aReferenceThatWasRunBeforeGivesTheSameQuality() {
    EvaluationPrompts prompts = new EvaluationPrompts("two", List.of("a cat", "a dog"));
    Sampling sampling = Sampling.ofSeed(3).withSteps(2);
    List<Gate> gates = List.of(Gate.parse("psnr>=10"), Gate.parse("latency<=100x"));
    ComparisonRequest request =
        ComparisonRequest.of(noisy, reference, prompts, 3, sampling, 1, gates);
    Comparison beside = Evaluation.compare(request, EvaluationListener.SILENT);
    assertTrue(beside.verdict().passed(), beside.verdict().toString());
    assertEquals(3, beside.metric("psnr").orElseThrow().count());
    assertTrue(beside.speed().speedup().isPresent());

    KeptReference kept =
        KeptReference.of(reference, prompts, 3, sampling, 1, EvaluationListener.SILENT);
    Comparison before =
        Evaluation.compare(
            request.against(new Reference.Kept(kept), gates.subList(0, 1)),
            EvaluationListener.SILENT);
    assertEquals(beside.metrics(), before.metrics());
    assertEquals(beside.latentMeanSquaredError(), before.latentMeanSquaredError());
    assertEquals(Optional.empty(), before.speed().speedup());

    ComparisonRequest timed = request.against(new Reference.Kept(kept), gates);
    assertEquals(ErrorCode.UNSUPPORTED, refusal(timed));
    ComparisonRequest more =
        ComparisonRequest.of(noisy, reference, prompts, 4, sampling, 1, List.of());
    assertEquals(ErrorCode.USAGE, refusal(more.against(new Reference.Kept(kept), List.of())));
  }

  private static ErrorCode refusal(ComparisonRequest request) {
    return assertThrows(
            DoptException.class, () -> Evaluation.compare(request, EvaluationListener.SILENT))
        .code();
  }

  @Test
  void exportsAreWrittenWhateverTheVerdict() throws IOException {
    Path junit = folder.resolve("ci/junit.xml");
    Path sarif = folder.resolve("ci/results.sarif");
    Path markdown = folder.resolve("ci/summary.md");
    Object[] arguments = {
      "--no-noise-floor",
      "--gate",
      "psnr>=149",
      "--junit",
      junit,
      "--sarif",
      sarif,
      "--markdown",
      markdown
    };
    assertEquals(10, eval(arguments).exitCode());
    assertTrue(Files.readString(junit).contains("<failure type=\"quality\""));
    assertEquals(
        "fail",
        new ObjectMapper().readTree(sarif.toFile()).at("/runs/0/results/2/kind").textValue());
    assertTrue(Files.readString(markdown).startsWith("## dopt eval: FAIL\n"));
    CommandLineRun same = eval("--junit", junit, "--markdown", junit);
    assertEquals(2, same.exitCode(), same.err());
  }

  @Test
  void anExportThatExistsIsNotReplaced() throws IOException {
    Path file = Files.writeString(folder.resolve("junit.xml"), "mine");
    CommandLineRun run =
        CommandLineRun.of(
            "eval",
            noisy,
            "--against",
            reference,
            "--steps",
            1,
            "--count",
            2,
            "--report",
            folder.resolve("report"),
            "--junit",
            file);
    assertEquals(5, run.exitCode(), run.err());
    assertEquals("mine", Files.readString(file));
    assertFalse(Files.exists(folder.resolve("report")));
  }
}
