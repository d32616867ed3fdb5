package io.dopt.evals.baseline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.evals.metric.PeakSignalToNoiseRatio;
import io.dopt.evals.report.BaselineResult;
import io.dopt.evals.report.EvaluationSettings;
import io.dopt.evals.report.MetricChange;
import io.dopt.evals.report.MetricResult;
import io.dopt.evals.report.SampleResult;
import io.dopt.evals.report.ScoreResult;
import io.dopt.evals.statistics.Bootstrap;
import io.dopt.evals.statistics.Estimate;
import io.dopt.evals.statistics.Interval;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BaselineTest {
  private static final String REPORT =
      """
      {
        "formatVersion": 1,
        "candidate": {"label": "shapes-0.1"},
        "settings": {"steps": 20, "guidanceScale": 3.0, "size": {"height": 64, "width": 48},
          "scheduler": "DDIMScheduler"},
        "samples": [
          {"index": 0, "prompt": "a", "seed": 7, "metrics": {"psnr": 30},
           "candidateScores": {"clip": 0.25}},
          {"index": 1, "prompt": "b", "seed": 8, "metrics": {"psnr": 40.5}}
        ],
        "created": "2026-10-01T08:00:00Z"
      }
      """;

  private static final List<MetricResult> PSNR =
      List.of(
          new MetricResult("psnr", new PeakSignalToNoiseRatio().label(), true, Optional.empty()));

  @TempDir private Path folder;

  private Baseline read(String text) throws IOException {
    return Baseline.read(Files.writeString(folder.resolve("report.json"), text));
  }

  @Test
  void readsWhatIsToBeCompared() throws IOException {
    Baseline baseline = read(REPORT);
    assertEquals("shapes-0.1", baseline.candidate());
    assertEquals("2026-10-01T08:00:00Z", baseline.created());
    assertEquals(
        new Baseline.Sample(0, "a", 7, new TreeMap<>(Map.of("psnr", 30.0, "clip", 0.25))),
        baseline.samples().get(0));
    assertEquals(2, baseline.samples().size());
  }

  @Test
  void namesSettingsThatDiffer() throws IOException {
    Baseline baseline = read(REPORT);
    assertEquals(List.of(), baseline.differences(settings(20, "DDIMScheduler")));
    assertEquals(
        List.of("steps 20, here 4", "scheduler DDIMScheduler, here LCMScheduler"),
        baseline.differences(settings(4, "LCMScheduler")));
  }

  private static EvaluationSettings settings(int steps, String scheduler) {
    return new EvaluationSettings(
        "prompts.txt", 7, steps, 3, new ImageSize(64, 48), scheduler, Optional.empty(), 0, 100);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"formatVersion\": 1 | \"formatVersion\": 2 | its formatVersion is 2",
        "\"formatVersion\": 1, | | it has no formatVersion",
        "\"seed\": 8 | \"seed\": \"8\" | its seed is missing or of another type",
        "\"psnr\": 30 | \"psnr\": 1e999 | its psnr is not finite",
        "\"psnr\": 30 | \"psnr\": null | its psnr is missing",
        "\"label\" | \"name\" | its label is missing",
        "\"height\": 64 | \"height\": [] | its height is missing",
        "\"samples\": [ | \"samples\": [], \"others\": [ | it has no samples",
        "\"samples\": [ | \"samples\": {}, \"others\": [ | its samples is missing",
      })
  void refusesWhatIsNoReport(String part, String instead, String problem) {
    String text = REPORT.replaceAll("\\s+", " ").replace(part, instead == null ? "" : instead);
    DoptException refused = assertThrows(DoptException.class, () -> read(text));
    assertEquals(ErrorCode.BAD_INPUT, refused.code());
    assertTrue(refused.getMessage().contains(problem), refused.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"''", "[]", "7", "null", "'{\"formatVersion\":', not json"})
  void refusesWhatIsNoObject(String text) {
    assertEquals(ErrorCode.BAD_INPUT, assertThrows(DoptException.class, () -> read(text)).code());
  }

  @Test
  void refusesDeepNestingAndMissingFiles() {
    String deep = "[".repeat(100_000);
    assertEquals(ErrorCode.BAD_INPUT, assertThrows(DoptException.class, () -> read(deep)).code());
    Path missing = folder.resolve("none.json");
    assertEquals(
        ErrorCode.IO, assertThrows(DoptException.class, () -> Baseline.read(missing)).code());
  }

  @Test
  void theSameSamplesAreComparedOneByOne() throws IOException {
    // Samples 10 dB apart, each 0.5 dB worse than before: the change is sure to be 0.5 dB.
    BaselineResult result =
        compare(List.of(sample(0, "a", 7, 29.5), sample(1, "b", 8, 40)), List.of());
    assertTrue(result.paired());
    MetricChange change = result.changes().get(0);
    assertEquals(35.25, change.baseline());
    assertEquals(34.75, change.mean());
    assertEquals(new Estimate(-0.5, Optional.of(new Interval(-0.5, -0.5))), change.change());
  }

  @Test
  void otherSamplesAreComparedAsSets() throws IOException {
    BaselineResult result =
        compare(List.of(sample(0, "a", 7, 29.5), sample(1, "c", 8, 40)), List.of());
    assertFalse(result.paired());
    Estimate change = result.changes().get(0).change();
    assertEquals(-0.5, change.value());
    // Two values on either side: the means of resamples reach from end to end.
    assertEquals(new Interval(29.5 - 40.5, 40 - 30), change.interval95().orElseThrow());
    assertFalse(compare(List.of(sample(0, "a", 7, 30)), List.of()).paired());
  }

  @Test
  void comparesOnlyWhatBothHave() throws IOException {
    Estimate any = new Estimate(0, Optional.empty());
    ScoreResult clip = new ScoreResult("clip", "CLIP score", true, 2, any, any, any);
    List<SampleResult> now = new ArrayList<>();
    now.add(scored(sample(0, "a", 7, 30), 0.24));
    now.add(scored(sample(1, "b", 8, 40.5), 0.3));
    MetricChange change = compare(now, List.of(clip)).changes().get(1);
    assertEquals("clip", change.name());
    // Sample 1 had no score then.
    assertEquals(0.25, change.baseline());
    assertEquals(0.24, change.mean());
    assertEquals(Optional.empty(), change.change().interval95());
    ScoreResult other = new ScoreResult("aesthetic", "Aesthetics", true, 2, any, any, any);
    assertEquals(1, compare(now, List.of(other)).changes().size());
  }

  private BaselineResult compare(List<SampleResult> now, List<ScoreResult> scores)
      throws IOException {
    return new BaselineComparison(read(REPORT), now, new Bootstrap(0, 500)).of(PSNR, scores);
  }

  private static SampleResult sample(int index, String prompt, long seed, double psnr) {
    return new SampleResult(
        index,
        prompt,
        seed,
        "",
        "",
        Optional.empty(),
        Optional.empty(),
        new TreeMap<>(Map.of("psnr", psnr)),
        new TreeMap<>(),
        new TreeMap<>(),
        1,
        Optional.empty());
  }

  private static SampleResult scored(SampleResult sample, double clip) {
    return new SampleResult(
        sample.index(),
        sample.prompt(),
        sample.seed(),
        "",
        "",
        Optional.empty(),
        Optional.empty(),
        sample.metrics(),
        new TreeMap<>(Map.of("clip", clip)),
        new TreeMap<>(),
        1,
        Optional.empty());
  }
}
