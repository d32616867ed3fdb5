package io.dopt.evals.report;

import io.dopt.evals.cost.BreakEven;
import io.dopt.evals.cost.Cost;
import io.dopt.evals.cost.Prices;
import io.dopt.evals.cost.Usage;
import io.dopt.evals.metric.ImageMetric;
import io.dopt.evals.metric.ImageMetrics;
import io.dopt.evals.report.Latencies.StageLatency;
import io.dopt.evals.report.Verdict.Check;
import io.dopt.evals.statistics.Bootstrap;
import io.dopt.evals.statistics.Estimate;
import io.dopt.evals.statistics.Interval;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.runtime.image.ImageFiles;
import io.dopt.runtime.image.RgbImage;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A report made up for tests: real images and metrics, invented times. */
final class ExampleReport {
  static final String HOSTILE_PROMPT = "a \"quoted\" <script>alert('1')</script> & more";

  private ExampleReport() {}

  /** Writes the images of {@code count} pairs into the folder; the bundle against itself. */
  static EvaluationReport write(Path folder, int count) throws IOException {
    return write(
        folder,
        count,
        new Subject(
            Subject.Kind.NOISE_FLOOR,
            "itself on 1 thread",
            "build/shapes-int8",
            Optional.of("StableDiffusionPipeline"),
            Optional.of("ab".repeat(32)),
            Optional.of(1)),
        List.of());
  }

  /** The same against another bundle, with a gate of every outcome. */
  static EvaluationReport writeGated(Path folder, int count) throws IOException {
    return write(
        folder,
        count,
        new Subject(
            Subject.Kind.BUNDLE,
            "shapes-world",
            "build/shapes-world",
            Optional.of("StableDiffusionPipeline"),
            Optional.of("cd".repeat(32)),
            Optional.of(2)),
        List.of(
            gate("psnr.mean>=30", GateOutcome.PASS, 31.9, 31.1, 32.7, 30),
            gate("ssim.mean>=0.97", GateOutcome.INCONCLUSIVE, 0.972, 0.964, 0.98, 0.97),
            gate("latency.p50<=0.5x", GateOutcome.FAIL, 0.56, 0.54, 0.58, 0.5),
            new GateResult(
                "clip.delta>=-0.01",
                GateKind.QUALITY,
                GateOutcome.UNSUPPORTED,
                Optional.empty(),
                Optional.empty(),
                -0.01,
                "",
                Optional.empty(),
                "clip.delta: no sample has a value.")));
  }

  private static GateResult gate(
      String gate, GateOutcome outcome, double value, double low, double high, double limit) {
    return new GateResult(
        gate,
        gate.startsWith("latency") ? GateKind.SPEED : GateKind.QUALITY,
        outcome,
        Optional.of(value),
        Optional.of(new Interval(low, high)),
        limit,
        "",
        outcome == GateOutcome.INCONCLUSIVE ? Optional.of(71L) : Optional.empty(),
        String.format(
            Locale.ROOT,
            "%s is %.3f (95%%: %.3f to %.3f), where %s is asked for%s.",
            gate.replaceAll("[<>].*", ""),
            value,
            low,
            high,
            gate,
            outcome == GateOutcome.INCONCLUSIVE ? "; about 71 more samples would decide" : ""));
  }

  private static EvaluationReport write(
      Path folder, int count, Subject reference, List<GateResult> gates) throws IOException {
    Files.createDirectories(folder.resolve("candidate"));
    Files.createDirectories(folder.resolve("reference"));
    List<SampleResult> samples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      samples.add(sample(folder, i));
    }
    return new EvaluationReport(
        EvaluationReport.FORMAT_VERSION,
        Verdict.of(
            List.of(
                new Check("candidate-images", Optional.empty(), "All are sound.", List.of()),
                new Check(
                    "reference-images",
                    Optional.of(ErrorCode.QUALITY),
                    "1 of the images is degenerate: samples [2].",
                    List.of(2))),
            gates),
        new Subject(
            Subject.Kind.BUNDLE,
            "shapes-int8",
            "build/shapes-int8",
            Optional.of("StableDiffusionPipeline"),
            Optional.of("ab".repeat(32)),
            Optional.of(0)),
        reference,
        new EvaluationSettings(
            "prompts.txt of the bundle",
            7,
            5,
            3,
            new ImageSize(48, 64),
            "DDIMScheduler",
            Optional.of("blurry"),
            0,
            200),
        ImageMetrics.standard().stream().map(metric -> result(metric, samples)).toList(),
        List.of(
            new ScoreResult(
                "clip",
                "CLIP score",
                true,
                count,
                new Estimate(0.31, Optional.of(new Interval(0.3, 0.32))),
                new Estimate(0.312, Optional.of(new Interval(0.302, 0.322))),
                new Estimate(-0.002, Optional.of(new Interval(-0.004, 0.001))))),
        List.of(
            new DistributionResult(
                "cmmd",
                "CMMD",
                "CLIP example",
                count,
                512,
                new Estimate(0.021, Optional.of(new Interval(0.018, 0.027))),
                "Cannot gate.")),
        Optional.empty(),
        Optional.of(
            new NoiseFloor(
                1,
                count,
                ImageMetrics.standard().stream().map(metric -> result(metric, samples)).toList(),
                List.of())),
        List.of(
            new LatentError(1, 1e-6, 1e-6),
            new LatentError(2, 4e-6, 5e-6),
            new LatentError(3, 9e-6, 1.5e-5),
            new LatentError(4, 2e-5, 4e-5),
            new LatentError(5, 5e-5, 1e-4)),
        new SpeedResult(
            latencies(1),
            Optional.of(latencies(1.8)),
            Optional.of(new Estimate(1.8, Optional.of(new Interval(1.7, 1.9))))),
        layers(),
        Optional.of(precision()),
        List.of(
            new Alternative("shapes-fp8", "build/fp8/report.json", 28.7, 1.02),
            new Alternative("shapes-auto", "build/auto/report.json", 56.2, 0.71),
            new Alternative("shapes-int4", "build/int4/report.json", 24.4, 0.93)),
        Optional.of(
            Cost.of(
                new Prices("EUR", 0.36, Optional.of(0.25), Optional.of(24.0)),
                new Usage(0.91, Optional.of(24.0)),
                Optional.of(new Usage(1.64, Optional.of(43.2))))),
        Optional.of(BreakEven.of(95, 0.91, 1.64, true)),
        Optional.of(812L << 20),
        samples,
        new Environment(
            "0.1.0",
            "17.0.15, Debian",
            "1.29.0",
            "Linux 6.1 amd64",
            "A processor",
            2,
            List.of("avx2", "avx512_vnni"),
            Optional.of(24L << 30)),
        "2026-11-21T12:00:00Z",
        List.of("dopt", "eval", "build/shapes-int8", "--report", "build/report"));
  }

  private static SampleResult sample(Path folder, int index) {
    RgbImage reference = image(index, 0);
    // Sample 0 is identical, sample 2 degenerate; the others get worse by their index.
    RgbImage candidate = index == 2 ? constant() : image(index, 0.01f * index);
    TreeMap<String, Double> metrics = new TreeMap<>();
    for (ImageMetric metric : ImageMetrics.standard()) {
      metric.compare(candidate, reference).ifPresent(value -> metrics.put(metric.name(), value));
    }
    String file = String.format("%04d.png", index);
    ImageFiles.writePng(candidate, Map.of(), folder.resolve("candidate/" + file));
    ImageFiles.writePng(reference, Map.of(), folder.resolve("reference/" + file));
    return new SampleResult(
        index,
        switch (index) {
          case 1 -> HOSTILE_PROMPT;
          case 5 -> "unbroken".repeat(20);
          default -> "a large red star in the center, variation " + index;
        },
        7 + index,
        "candidate/" + file,
        "reference/" + file,
        index == 2 ? Optional.of("all its pixels have the same colour") : Optional.empty(),
        Optional.empty(),
        metrics,
        new TreeMap<>(Map.of("clip", 0.31)),
        new TreeMap<>(Map.of("clip", 0.312)),
        900 + 10 * index,
        Optional.of(1700.0));
  }

  private static MetricResult result(ImageMetric metric, List<SampleResult> samples) {
    double[] values =
        samples.stream().mapToDouble(sample -> sample.metrics().get(metric.name())).toArray();
    return new MetricResult(
        metric.name(),
        metric.label(),
        metric.higherIsBetter(),
        Optional.of(new Bootstrap(0, 200).summarize(values)));
  }

  private static Latencies latencies(double factor) {
    return new Latencies(
        1.1 / factor,
        List.of(
            new StageLatency(
                Stage.TEXT_ENCODING, 4, 4 * factor, 5 * factor, 5.2 * factor, 3.9, 4.1 * factor),
            new StageLatency(
                Stage.DENOISER_STEP,
                20,
                160 * factor,
                190 * factor,
                199 * factor,
                150,
                162 * factor),
            new StageLatency(Stage.SCHEDULER_STEP, 20, 0.04, 0.06, 0.07, 0.03, 0.04),
            new StageLatency(
                Stage.DECODING, 4, 90 * factor, 99 * factor, 101 * factor, 88, 91 * factor),
            new StageLatency(
                Stage.TOTAL, 4, 900 * factor, 990 * factor, 1010 * factor, 870, 910 * factor)),
        List.of(170 * factor, 161 * factor, 160 * factor, 163 * factor, 159 * factor),
        Optional.of(24 * factor));
  }

  private static LayerTimes layers() {
    List<LayerTime> layers = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      layers.add(
          new LayerTime(
              "down_blocks." + i / 4 + ".resnets." + i % 4 + ".conv1",
              List.of("QLinearConv"),
              8.0 / (i + 1),
              0.2 / (i + 1)));
    }
    return new LayerTimes(layers, layers);
  }

  private static PrecisionDetail precision() {
    List<LayerPrecision> layers = new ArrayList<>();
    for (int i = 0; i < 38; i++) {
      boolean fallback = i == 3;
      layers.add(
          new LayerPrecision(
              "down_blocks." + i / 4 + ".resnets." + i % 4 + ".conv1/Conv",
              i == 0 ? "float32" : "int8",
              Optional.of(i == 0 || fallback ? "float32" : "int8"),
              Optional.of(i == 0 || fallback ? "Conv" : "QLinearConv"),
              i == 0 ? Optional.empty() : Optional.of(30 + 0.7 * i)));
    }
    return new PrecisionDetail(
        "int8, per channel, percentile 99.9",
        layers,
        List.of(
            new TrialPoint("all int8", 1, 27.1, false),
            new TrialPoint("conv_in, conv_out float32", 0.96, 31.6, true),
            new TrialPoint("half float32", 0.48, 38.2, false)),
        List.of(range("mid_block.resnets.0.conv1", 4), range("conv_out", 9)),
        List.of(
            new EngineLayers(
                "components/unet/batch2_height8_width8.plan",
                new TreeMap<>(Map.of("int8", 37, "f16", 61, "copies", 4)),
                List.of(
                    new FusedNodes(
                        "_gemm_mha_v2",
                        "f16",
                        List.of("mid_block.attn1/Attention:2", "mid_block.attn1/Attention:3"))),
                "0123456789abcdef".repeat(4))));
  }

  private static RangeSeries range(String layer, double scale) {
    List<Double> timesteps = new ArrayList<>();
    List<Double> minimum = new ArrayList<>();
    List<Double> maximum = new ArrayList<>();
    List<Double> low = new ArrayList<>();
    List<Double> high = new ArrayList<>();
    for (int bucket = 0; bucket < 10; bucket++) {
      double drift = scale * (1 + 0.12 * bucket);
      timesteps.add(950.0 - 100 * bucket);
      minimum.add(-0.6 * drift);
      maximum.add(drift);
      low.add(-0.3 * drift);
      high.add(0.55 * drift);
    }
    return new RangeSeries(layer, timesteps, minimum, maximum, low, high);
  }

  private static RgbImage constant() {
    float[] values = new float[48 * 64 * RgbImage.CHANNELS];
    return new RgbImage(new ImageSize(48, 64), values);
  }

  private static RgbImage image(int index, float noise) {
    float[] values = new float[48 * 64 * RgbImage.CHANNELS];
    for (int y = 0; y < 48; y++) {
      for (int x = 0; x < 64; x++) {
        boolean inside = Math.hypot(x - 32, y - 24) < 8 + 2 * (index % 6);
        for (int c = 0; c < RgbImage.CHANNELS; c++) {
          float base = inside ? (c == index % 3 ? 0.9f : 0.2f) : 0.15f + 0.004f * y;
          float ripple = noise * (float) Math.sin(x * 1.3 + y * 0.7 + c);
          values[(y * 64 + x) * RgbImage.CHANNELS + c] = Math.max(0, Math.min(1, base + ripple));
        }
      }
    }
    return new RgbImage(new ImageSize(48, 64), values);
  }
}
