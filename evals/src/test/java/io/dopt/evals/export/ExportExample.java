package io.dopt.evals.export;

import io.dopt.evals.metric.ImageMetric;
import io.dopt.evals.metric.ImageMetrics;
import io.dopt.evals.report.BaselineResult;
import io.dopt.evals.report.DistributionResult;
import io.dopt.evals.report.Environment;
import io.dopt.evals.report.EvaluationReport;
import io.dopt.evals.report.EvaluationSettings;
import io.dopt.evals.report.GateKind;
import io.dopt.evals.report.GateOutcome;
import io.dopt.evals.report.GateResult;
import io.dopt.evals.report.Latencies;
import io.dopt.evals.report.LayerTimes;
import io.dopt.evals.report.MetricChange;
import io.dopt.evals.report.MetricResult;
import io.dopt.evals.report.SampleResult;
import io.dopt.evals.report.ScoreResult;
import io.dopt.evals.report.SpeedResult;
import io.dopt.evals.report.Subject;
import io.dopt.evals.report.Verdict;
import io.dopt.evals.report.Verdict.Check;
import io.dopt.evals.statistics.Estimate;
import io.dopt.evals.statistics.Interval;
import io.dopt.evals.statistics.SampleSummary;
import io.dopt.runtime.bundle.ImageSize;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A report made up for the exports: every outcome, and prompts that try to be markup. */
final class ExportExample {
  private ExportExample() {}

  static EvaluationReport report() {
    return new EvaluationReport(
        EvaluationReport.FORMAT_VERSION,
        Verdict.of(
            List.of(
                new Check("candidate-images", Optional.empty(), "All are sound.", List.of()),
                new Check("reference-images", Optional.empty(), "All are sound.", List.of())),
            List.of(
                gate("psnr.mean>=30", GateKind.QUALITY, GateOutcome.PASS, "It is 31.5 & more."),
                gate("clip.delta>=-0.01", GateKind.QUALITY, GateOutcome.INCONCLUSIVE, "Open."),
                gate("latency.p50<=0.5x", GateKind.SPEED, GateOutcome.FAIL, "It is 0.6x > 0.5x."),
                gate("ssim.p05>=0.9", GateKind.QUALITY, GateOutcome.UNSUPPORTED, "Too small."))),
        subject("shapes int8", "build/shapes int8"),
        subject("shapes-world", "build/shapes-world"),
        new EvaluationSettings(
            "prompts.txt of the bundle",
            7,
            20,
            3,
            new ImageSize(64, 64),
            "DDIMScheduler",
            Optional.empty(),
            0,
            2000),
        ImageMetrics.standard().stream().map(ExportExample::metric).toList(),
        List.of(
            new ScoreResult(
                "clip",
                "CLIP score",
                true,
                4,
                estimate(0.31, 0.3, 0.32),
                estimate(0.312, 0.302, 0.322),
                estimate(-0.002, -0.011, 0.001))),
        List.of(
            new DistributionResult(
                "frechet",
                "Frechet distance",
                "CLIP clip",
                4,
                64,
                new Estimate(0.8, Optional.empty()),
                "Cannot gate.")),
        Optional.of(
            new BaselineResult(
                "old/report.json",
                "shapes-0.1",
                "2026-10-01T08:00:00Z",
                true,
                List.of(
                    new MetricChange(
                        "psnr", "PSNR (dB)", true, 31.9, 31.5, estimate(-0.4, -0.6, -0.2))))),
        Optional.empty(),
        List.of(),
        new SpeedResult(
            new Latencies(1.25, List.of(), List.of(), Optional.empty()),
            Optional.empty(),
            Optional.of(estimate(1.67, 1.6, 1.75))),
        new LayerTimes(List.of(), List.of()),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(
            sample(0, "a red star", 32.25),
            sample(1, "a | b `code` ``more`` <script>alert(1)</script>\n## @someone", 30.5),
            sample(2, "a bell \u0007 and half a pair \ud83d", 29.75),
            sample(3, "]]> <!-- &amp; [link](http://example.org)", 33.5)),
        new Environment(
            "0.1.0", "17", "1.29.0", "Linux", "A processor", 2, List.of(), Optional.empty()),
        "2026-11-21T12:00:00Z",
        List.of());
  }

  private static GateResult gate(
      String gate, GateKind kind, GateOutcome outcome, String explanation) {
    return new GateResult(
        gate,
        kind,
        outcome,
        Optional.empty(),
        Optional.empty(),
        0,
        "",
        Optional.empty(),
        explanation);
  }

  private static Subject subject(String label, String path) {
    return new Subject(
        Subject.Kind.BUNDLE,
        label,
        path,
        Optional.of("StableDiffusionPipeline"),
        Optional.of("ab".repeat(32)),
        Optional.of(2));
  }

  private static MetricResult metric(ImageMetric metric) {
    boolean isPsnr = metric.name().equals("psnr");
    return new MetricResult(
        metric.name(),
        metric.label(),
        metric.higherIsBetter(),
        isPsnr
            ? Optional.of(
                new SampleSummary(
                    4,
                    estimate(31.5, 30.125, 32.875),
                    estimate(31.375, 29.75, 33.5),
                    estimate(29.86, 29.75, 31),
                    estimate(33.3, 31, 33.5),
                    29.75,
                    33.5))
            : Optional.empty());
  }

  private static SampleResult sample(int index, String prompt, double psnr) {
    return new SampleResult(
        index,
        prompt,
        7 + index,
        "candidate/0000.png",
        "reference/0000.png",
        Optional.empty(),
        Optional.empty(),
        new TreeMap<>(Map.of("psnr", psnr)),
        new TreeMap<>(),
        new TreeMap<>(),
        800,
        Optional.of(1336.0));
  }

  private static Estimate estimate(double value, double low, double high) {
    return new Estimate(value, Optional.of(new Interval(low, high)));
  }
}
