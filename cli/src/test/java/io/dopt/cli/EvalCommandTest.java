package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code dopt eval} from the command line on a compiled fixture. */
class EvalCommandTest {
  private static final Path FIXTURE =
      Path.of(System.getProperty("dopt.root"), "testdata", "fixtures", "sd15-tiny");

  @TempDir private static Path shared;

  @TempDir private Path folder;

  private static Path bundle;

  @BeforeAll
  static void compile() {
    bundle = shared.resolve("bundle");
    CommandLineRun run = CommandLineRun.of("compile", FIXTURE, "-o", bundle);
    assertEquals(0, run.exitCode(), run.err());
  }

  @Test
  void withoutAReferenceItShowsTheNoiseFloor() throws IOException {
    Path report = folder.resolve("report");
    CommandLineRun run = eval("--count", 3, "--report", report);
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.out().startsWith("SOUND (quality not gated): "), run.out());
    assertTrue(run.out().contains(report.resolve("report.html").toString()), run.out());
    JsonNode json = read(report);
    assertEquals("noise_floor", json.at("/reference/kind").textValue());
    int threads = json.at("/candidate/threads").intValue();
    assertTrue(threads > 0, json.at("/candidate").toString());
    assertNotEquals(threads, json.at("/reference/threads").intValue());
    assertTrue(json.at("/verdict/passed").booleanValue(), json.toString());
    assertFalse(json.at("/verdict/qualityGated").booleanValue(), json.toString());
    String page = Files.readString(report.resolve("report.html"));
    assertTrue(page.contains("SOUND (quality not gated)</p>"), page);
    assertFalse(json.at("/speed").has("speedup"), "a speedup over itself on other threads");
    assertEquals(3, json.get("samples").size());
    assertTrue(json.at("/metrics/0/summary/minimum").doubleValue() > 60, json.toString());
    assertEquals(6, json.at("/speed/candidate/stages/1/count").intValue());
    assertEquals(2, json.at("/speed/candidate/medianStepMilliseconds").size());
    try (Stream<Path> files = Files.list(report)) {
      assertEquals(
          List.of("candidate", "reference", "report.html", "report.json"),
          files.map(file -> file.getFileName().toString()).sorted().toList());
    }
  }

  @Test
  void imagesItWroteAreAReferenceToThemselves() throws IOException {
    Path first = folder.resolve("first");
    Path second = folder.resolve("second");
    assertEquals(0, eval("--count", 2, "--seed", 5, "--report", first).exitCode());
    CommandLineRun run =
        eval(
            "--count", 2, "--seed", 5, "--against", first.resolve("candidate"), "--report", second);
    assertEquals(0, run.exitCode(), run.err());
    JsonNode json = read(second);
    assertEquals("folder", json.at("/reference/kind").textValue());
    assertEquals(150, json.at("/metrics/0/summary/minimum").doubleValue());
    int threads = json.at("/candidate/threads").intValue();
    assertTrue(threads > 0, json.at("/candidate").toString());
    assertNotEquals(threads, json.at("/reference/threads").intValue());
    assertFalse(json.at("/speed").has("reference"), "times of files");
    assertFalse(run.err().contains("made otherwise"), run.err());
  }

  @Test
  void imagesMadeOtherwiseAreAWarning() {
    Path first = folder.resolve("first");
    assertEquals(0, eval("--count", 1, "--seed", 5, "--report", first).exitCode());
    CommandLineRun run =
        eval(
            "--count",
            1,
            "--guidance",
            2,
            "--against",
            first.resolve("candidate"),
            "--report",
            folder.resolve("second"));
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.err().contains("samples [0] say that they were made otherwise"), run.err());
    assertTrue(run.err().contains("seed 5, here 0; guidance_scale 7.5, here 2.0."), run.err());
  }

  @Test
  void onlyTimesDifferBetweenTwoRuns() throws IOException {
    Path first = folder.resolve("first");
    Path second = folder.resolve("second");
    Object[] settings = {"--count", 2, "--guidance", 3, "--negative-prompt", "blur", "--report"};
    for (Path report : List.of(first, second)) {
      Object[] arguments = Stream.concat(Stream.of(settings), Stream.of(report)).toArray();
      assertEquals(0, eval(arguments).exitCode());
    }
    assertEquals(withoutTimes(read(first)), withoutTimes(read(second)));
    assertEquals(
        -1,
        Files.mismatch(first.resolve("candidate/0001.png"), second.resolve("candidate/0001.png")));
  }

  /** Arabic as written in Egypt has its own digits. */
  @Test
  void namesOfImagesDoNotDependOnTheLanguage() {
    Path report = folder.resolve("report");
    Locale usual = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      assertEquals(0, eval("--count", 1, "--report", report).exitCode());
    } finally {
      Locale.setDefault(usual);
    }
    assertTrue(Files.exists(report.resolve("candidate/0000.png")));
  }

  @Test
  void jsonIsTheReport() throws IOException {
    Path report = folder.resolve("report");
    CommandLineRun run =
        eval("--count", 1, "--against", bundle, "--report", report, "--json", "--quiet");
    assertEquals(0, run.exitCode(), run.err());
    assertEquals(Files.readString(report.resolve("report.json")), run.out());
    // Of a single pair on a machine that may be busy: only that there is one can be said.
    assertTrue(read(report).at("/speed/speedup/value").doubleValue() > 0);
  }

  @Test
  void degenerateImagesFailWithTheirOwnExitCodeAndAReport() throws IOException {
    Path broken = copyOfBundle();
    // A decoder of zeros gives images of one colour, whatever the latents.
    Path weights = broken.resolve("vae_decoder/weights.bin");
    Files.write(weights, new byte[(int) Files.size(weights)]);
    Path report = folder.resolve("report");
    CommandLineRun run =
        CommandLineRun.of(
            "eval", broken, "--against", bundle, "--steps", 2, "--count", 2, "--report", report);
    assertEquals(10, run.exitCode(), run.err());
    assertTrue(run.out().startsWith("FAIL"), run.out());
    assertTrue(run.err().contains("samples [0, 1]"), run.err());
    assertTrue(Files.readString(report.resolve("report.html")).contains("degenerate"));
    assertEquals("quality", read(report).at("/verdict/checks/0/failure").textValue());
  }

  @Test
  void refusesReferencesThatDoNotFit() throws IOException {
    Path first = folder.resolve("first");
    assertEquals(0, eval("--count", 1, "--report", first).exitCode());
    Path images = first.resolve("candidate");
    Path report = folder.resolve("report");

    CommandLineRun tooFew = eval("--count", 2, "--against", images, "--report", report);
    assertEquals(3, tooFew.exitCode());
    assertTrue(tooFew.err().contains("1 PNG images"), tooFew.err());

    CommandLineRun nothing = eval("--against", folder.resolve("none"), "--report", report);
    assertEquals(5, nothing.exitCode());

    CommandLineRun exists = eval("--count", 1, "--report", first);
    assertEquals(5, exists.exitCode());
    assertTrue(exists.err().contains("--force"), exists.err());
    assertEquals(0, eval("--count", 1, "--report", first, "--force").exitCode());

    assertEquals(2, eval("--count", 0, "--report", report).exitCode());
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(first), files.toList(), "something was left behind");
    }
  }

  @Test
  void pricesMakeCosts() throws IOException {
    Path prices = folder.resolve("prices.json");
    Files.writeString(
        prices, "{\"currency\": \"EUR\", \"machinePerHour\": 3600, \"framesPerSecond\": 24}");
    Path report = folder.resolve("report");
    CommandLineRun run =
        eval(
            "--count",
            1,
            "--against",
            bundle,
            "--prices",
            prices,
            "--compile-seconds",
            2,
            "--report",
            report);
    assertEquals(0, run.exitCode(), run.err());
    JsonNode json = read(report);
    // At 1 EUR a second, an image costs the seconds that it takes.
    double seconds = 1 / json.at("/speed/candidate/imagesPerSecond").doubleValue();
    assertEquals(seconds, json.at("/cost/candidate/perImage").doubleValue(), 1e-9 * seconds);
    assertEquals(
        24 * seconds, json.at("/cost/candidate/perSecondOfVideo").doubleValue(), 1e-9 * seconds);
    assertTrue(json.at("/cost/reference/perImage").doubleValue() > 0, json.toString());
    // One pair has no interval, so it cannot tell.
    assertEquals("undecided", json.at("/breakEven/outcome").textValue());
    assertTrue(run.out().contains("per second of video, 24 frames"), run.out());
    assertTrue(run.out().contains("Compiling took 2.00 s; the times"), run.out());
    assertTrue(json.at("/layers/candidate").size() > 50, "layers");
    assertTrue(json.at("/layers/reference").size() > 50, "layers");
  }

  @Test
  void earlierReportsAgainstTheSameReferenceAreDrawnBeside() throws IOException {
    Path first = folder.resolve("first");
    Path second = folder.resolve("second");
    assertEquals(0, eval("--count", 1, "--against", bundle, "--report", first).exitCode());
    CommandLineRun run =
        eval("--count", 1, "--against", bundle, "--beside", first, "--report", second);
    assertEquals(0, run.exitCode(), run.err());
    assertEquals("bundle", read(second).at("/alternatives/0/label").textValue());
    CommandLineRun alone = eval("--count", 1, "--beside", first, "--report", second, "--force");
    assertEquals(2, alone.exitCode());
    assertTrue(alone.err().contains("the same reference bundle"), alone.err());
  }

  @Test
  void refusesCostsThatCannotBe() throws IOException {
    Path report = folder.resolve("report");
    CommandLineRun alone = eval("--count", 1, "--compile-seconds", 2, "--report", report);
    assertEquals(2, alone.exitCode());
    assertTrue(alone.err().contains("--against"), alone.err());
    CommandLineRun none =
        eval("--count", 1, "--against", bundle, "--compile-seconds", 0, "--report", report);
    assertEquals(2, none.exitCode());
    Path prices = Files.writeString(folder.resolve("prices.json"), "{\"currency\": \"EUR\"}");
    CommandLineRun missing = eval("--count", 1, "--prices", prices, "--report", report);
    assertEquals(3, missing.exitCode());
    assertTrue(missing.err().contains("machinePerHour"), missing.err());
    assertFalse(Files.exists(report));
  }

  private static CommandLineRun eval(Object... arguments) {
    return CommandLineRun.of(
        Stream.concat(Stream.of("eval", bundle, "--steps", 2), Stream.of(arguments)).toArray());
  }

  private static JsonNode read(Path report) throws IOException {
    return new ObjectMapper().readTree(report.resolve("report.json").toFile());
  }

  private static JsonNode withoutTimes(JsonNode report) {
    ObjectNode rest = report.deepCopy();
    rest.remove(List.of("speed", "layers", "peakResidentBytes", "created", "command"));
    rest.get("samples")
        .forEach(
            sample ->
                ((ObjectNode) sample)
                    .remove(List.of("candidateMilliseconds", "referenceMilliseconds")));
    return rest;
  }

  private Path copyOfBundle() throws IOException {
    Path copy = folder.resolve("broken");
    try (Stream<Path> files = Files.walk(bundle)) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(bundle.relativize(file).toString()));
      }
    }
    return copy;
  }
}
