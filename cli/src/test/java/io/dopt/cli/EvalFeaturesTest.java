package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code dopt eval} with networks that look at the images of a compiled fixture. */
class EvalFeaturesTest {
  private static final Path ROOT = Path.of(System.getProperty("dopt.root"));
  private static final Path CLIP = ROOT.resolve("examples/shapes-world-clip");
  private static final Path NETWORK = ROOT.resolve("evals/src/test/resources/feature/any.onnx");

  @TempDir private static Path shared;

  @TempDir private Path folder;

  private static Path bundle;

  /** The fixture, and beside it the CLIP that its clip.txt names. */
  @BeforeAll
  static void compile() throws IOException {
    Path checkpoint = shared.resolve("checkpoint");
    copy(ROOT.resolve("testdata/fixtures/sd15-tiny"), checkpoint);
    copy(CLIP, shared.resolve("its-clip"));
    Files.writeString(checkpoint.resolve("clip.txt"), "its-clip\n");
    bundle = shared.resolve("bundle");
    CommandLineRun run = CommandLineRun.of("compile", checkpoint, "-o", bundle);
    assertEquals(0, run.exitCode(), run.err());
  }

  private static void copy(Path source, Path target) throws IOException {
    try (Stream<Path> files = Files.walk(source)) {
      for (Path file : files.toList()) {
        Files.copy(file, target.resolve(source.relativize(file).toString()));
      }
    }
  }

  @Test
  void theClipOfTheCheckpointScoresByDefault() throws IOException {
    CommandLineRun run = eval();
    assertEquals(0, run.exitCode(), run.err());
    JsonNode report = report();
    assertEquals("clip", report.at("/scores/0/name").textValue());
    assertEquals(2, report.at("/scores/0/count").intValue());
    double score = report.at("/samples/0/candidateScores/clip").doubleValue();
    assertTrue(score > -1 && score < 1 && score != 0, report.toString());
    assertEquals(
        List.of("psnr", "ssim", "max_absolute_error", "mean_absolute_error", "perceptual"),
        report.get("metrics").findValuesAsText("name"));
    assertEquals(List.of("frechet", "cmmd"), report.get("distributions").findValuesAsText("name"));
    assertEquals(2, report.at("/distributions/1/count").intValue());
    assertEquals(64, report.at("/distributions/1/dimensions").intValue());
    assertTrue(
        report.at("/distributions/0/caveat").textValue().contains("Biased upwards at N = 2"),
        report.toString());
    assertTrue(run.out().contains("CLIP of the checkpoint"), run.out());
  }

  @Test
  void noClipLeavesNetworksOut() throws IOException {
    CommandLineRun run = eval("--no-clip");
    assertEquals(0, run.exitCode(), run.err());
    assertEquals(0, report().get("scores").size());
    assertEquals(0, report().get("distributions").size());
    assertEquals(4, report().get("metrics").size());
  }

  @Test
  void aGivenClipAndAGivenNetworkShareTheWork() throws IOException {
    CommandLineRun run = eval("--clip", CLIP, "--features", NETWORK, "--features-size", "16x16");
    assertEquals(0, run.exitCode(), run.err());
    assertEquals("clip", report().at("/scores/0/name").textValue());
    assertEquals(List.of("frechet", "mmd"), report().get("distributions").findValuesAsText("name"));
    assertEquals("any.onnx", report().at("/distributions/0/network").textValue());
  }

  @Test
  void optionsThatDoNotGoTogetherAreRefused() {
    refused(2, "--features, which is not given", "--features-size", "16x16");
    refused(2, "--features-size HxW", "--features", NETWORK);
    refused(2, "other than zero", "--features", NETWORK, "--features-std", "1,0,1");
    refused(2, "three finite numbers", "--features", NETWORK, "--features-mean", "0.5");
    refused(2, "mutually exclusive", "--clip", CLIP, "--no-clip");
    refused(3, "is no CLIP", "--clip", ROOT.resolve("testdata/fixtures/sd15-tiny"));
    refused(3, "not of a CLIPModel", "--clip", bundle);
  }

  private void refused(int exitCode, String part, Object... options) {
    CommandLineRun run = eval(options);
    assertEquals(exitCode, run.exitCode(), run.err());
    assertTrue(run.err().contains(part), run.err());
  }

  private CommandLineRun eval(Object... options) {
    List<Object> words = new ArrayList<>();
    words.addAll(List.of("eval", bundle, "--steps", 2, "--count", 2));
    words.addAll(List.of("--report", folder.resolve("report")));
    words.addAll(List.of(options));
    return CommandLineRun.of(words.toArray());
  }

  private JsonNode report() throws IOException {
    return new ObjectMapper().readTree(folder.resolve("report/report.json").toFile());
  }
}
