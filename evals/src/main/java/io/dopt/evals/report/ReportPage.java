package io.dopt.evals.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the template {@code report.jte} shows.
 *
 * @param report everything that was found
 * @param samples the worst samples with their images
 * @param ranked all samples, worst first
 * @param qualityPlots in order
 * @param stepPlot the denoiser's times; absent for a single step
 * @param timeShares where the time goes: the candidate's bar, then the reference's if it has one
 * @param style the style sheet
 */
public record ReportPage(
    EvaluationReport report,
    SampleCards samples,
    List<SampleResult> ranked,
    List<LinePlot> qualityPlots,
    Optional<LinePlot> stepPlot,
    List<TimeShare> timeShares,
    String style) {

  public ReportPage {
    ranked = List.copyOf(ranked);
    qualityPlots = List.copyOf(qualityPlots);
    timeShares = List.copyOf(timeShares);
  }

  static ReportPage of(EvaluationReport report, SampleCards samples, String style) {
    return new ReportPage(
        report,
        samples,
        SampleCards.worstFirst(report.samples()),
        report.metrics().stream().flatMap(metric -> metricPlot(report, metric)).toList(),
        stepPlot(report),
        timeShares(report.speed()),
        style);
  }

  /** How many pairs are equal in every bit. */
  public long identicalPairs() {
    return report.samples().stream()
        .filter(sample -> Double.valueOf(0).equals(sample.metrics().get("max_absolute_error")))
        .count();
  }

  /** Only of similarities that vary: the errors say the same again. */
  private static Stream<LinePlot> metricPlot(EvaluationReport report, MetricResult metric) {
    List<SampleResult> sorted =
        report.samples().stream()
            .filter(sample -> sample.metrics().containsKey(metric.name()))
            .sorted(Comparator.comparing(sample -> sample.metrics().get(metric.name())))
            .toList();
    if (!metric.higherIsBetter()
        || metric.summary().filter(all -> all.minimum() < all.maximum()).isEmpty()) {
      return Stream.empty();
    }
    return Stream.of(
        new LinePlot(
            metric.label() + " of every pair",
            "Sorted from the worst to the best.",
            "rank",
            metric.label(),
            false,
            List.of(
                new LinePlot.Series(
                    "pairs",
                    "candidate",
                    sorted.stream().map(sample -> sample.metrics().get(metric.name())).toList(),
                    sorted.stream()
                        .map(
                            sample ->
                                String.format(
                                    "%s: #%d %s",
                                    Figures.metric(
                                        metric.name(), sample.metrics().get(metric.name())),
                                    sample.index(),
                                    sample.prompt()))
                        .toList()))));
  }

  private static Optional<LinePlot> stepPlot(EvaluationReport report) {
    List<LinePlot.Series> series = new ArrayList<>();
    series.add(steps(report.candidate().label(), "candidate", report.speed().candidate()));
    report
        .speed()
        .reference()
        .ifPresent(
            latencies -> series.add(steps(report.reference().label(), "reference", latencies)));
    if (series.get(0).values().size() < 2) {
      return Optional.empty();
    }
    return Optional.of(
        new LinePlot(
            "Denoiser time by step",
            "The median over all images at each step.",
            "step",
            "milliseconds",
            true,
            series));
  }

  private static LinePlot.Series steps(String name, String style, Latencies latencies) {
    return new LinePlot.Series(
        name,
        style,
        latencies.medianStepMilliseconds(),
        latencies.medianStepMilliseconds().stream().map(Figures::milliseconds).toList());
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
