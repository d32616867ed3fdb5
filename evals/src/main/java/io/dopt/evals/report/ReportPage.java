package io.dopt.evals.report;

import io.dopt.tensor.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the template {@code report.jte} shows.
 *
 * @param report everything that was found
 * @param samples the worst samples with their images
 * @param ranked all samples, worst first
 * @param qualityPlots in order
 * @param front the candidate among those beside it
 * @param paretoPlot quality against speed; absent when there is nothing to weigh
 * @param trialPlot what a search tried; absent when it tried less than two
 * @param latentPlot where the latents part; absent when they do not
 * @param stepPlot the denoiser's times; absent for a single step
 * @param timeShares where the time goes: the candidate's bar, then the reference's if it has one
 * @param layers the denoiser's layers
 * @param rangePlots activations over timesteps; empty for a bundle that does not say
 * @param style the style sheet
 */
public record ReportPage(
    EvaluationReport report,
    SampleCards samples,
    List<SampleResult> ranked,
    List<Plot> qualityPlots,
    ParetoFront front,
    Optional<Plot> paretoPlot,
    Optional<Plot> trialPlot,
    Optional<Plot> latentPlot,
    Optional<Plot> stepPlot,
    List<TimeShare> timeShares,
    LayerTable layers,
    List<Plot> rangePlots,
    String style) {
  private static final int MOST_OPEN_RANGES = 6;

  public ReportPage {
    ranked = List.copyOf(ranked);
    qualityPlots = List.copyOf(qualityPlots);
    timeShares = List.copyOf(timeShares);
    rangePlots = List.copyOf(rangePlots);
  }

  static ReportPage of(EvaluationReport report, SampleCards samples, String style) {
    ParetoFront front = ParetoFront.of(report);
    return new ReportPage(
        report,
        samples,
        SampleCards.worstFirst(report.samples()),
        QualityPlots.of(report),
        front,
        front.plot(),
        report.precision().flatMap(TrialPlot::of),
        LatentErrorPlot.of(report),
        StepPlot.of(report),
        timeShares(report.speed()),
        LayerTable.of(report),
        report.precision().stream()
            .flatMap(precision -> precision.ranges().stream())
            .map(RangePlot::of)
            .toList(),
        style);
  }

  /** The ranges that drift most; the others are folded away. */
  public List<Plot> openRangePlots() {
    return rangePlots.subList(0, Math.min(MOST_OPEN_RANGES, rangePlots.size()));
  }

  /** The verdict in a word the style sheet knows: pass, fail, inconclusive or sound. */
  public String state() {
    Verdict verdict = report.verdict();
    if (verdict.passed()) {
      return verdict.gates().isEmpty() ? "sound" : "pass";
    }
    return verdict.decision().orElseThrow().failure() == ErrorCode.INCONCLUSIVE
        ? "inconclusive"
        : "fail";
  }

  /** A gate as a picture; absent when it has no value. */
  public Optional<GateGauge> gauge(GateResult gate) {
    return GateGauge.of(gate);
  }

  /** Means of similarities: {@code mean PSNR (dB) 41.20, mean SSIM 0.9912}. */
  public String means(List<MetricResult> metrics) {
    return metrics.stream()
        .filter(metric -> metric.higherIsBetter() && metric.summary().isPresent())
        .map(
            metric ->
                "mean "
                    + metric.label()
                    + " "
                    + Figures.metric(metric.name(), metric.summary().orElseThrow().mean().value()))
        .collect(Collectors.joining(", "));
  }

  /** How many pairs are equal in every bit. */
  public long identicalPairs() {
    return report.samples().stream()
        .filter(sample -> Double.valueOf(0).equals(sample.metrics().get("max_absolute_error")))
        .count();
  }

  private static List<TimeShare> timeShares(SpeedResult speed) {
    // The longest bar fills the room, so the bars are made once to learn their lengths.
    double longest =
        Stream.concat(Stream.of(speed.candidate()), speed.reference().stream())
            .mapToDouble(latencies -> TimeShare.of("", latencies, 1).milliseconds())
            .max()
            .orElseThrow();
    List<TimeShare> shares = new ArrayList<>();
    shares.add(TimeShare.of("candidate", speed.candidate(), longest));
    speed
        .reference()
        .ifPresent(latencies -> shares.add(TimeShare.of("reference", latencies, longest)));
    return shares;
  }
}
