package io.dopt.evals.report;

import io.dopt.evals.metric.PeakSignalToNoiseRatio;
import io.dopt.evals.report.PlotSeries.Dots;
import io.dopt.evals.report.PlotSeries.Point;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Every pair's value of a similarity, from the worst to the best. */
final class QualityPlots {
  private QualityPlots() {}

  /** One plot for each similarity that varies; the errors would say the same again. */
  static List<Plot> of(EvaluationReport report) {
    return report.metrics().stream()
        .filter(MetricResult::higherIsBetter)
        .filter(metric -> metric.summary().filter(all -> all.minimum() < all.maximum()).isPresent())
        .map(metric -> plot(report, metric))
        .flatMap(Optional::stream)
        .toList();
  }

  private static Optional<Plot> plot(EvaluationReport report, MetricResult metric) {
    List<SampleResult> sorted =
        report.samples().stream()
            .filter(sample -> sample.metrics().containsKey(metric.name()))
            .sorted(Comparator.comparing(sample -> sample.metrics().get(metric.name())))
            .toList();
    List<Point> points = new ArrayList<>();
    for (SampleResult sample : sorted) {
      double value = sample.metrics().get(metric.name());
      if (!identical(metric.name(), value)) {
        points.add(
            new Point(
                points.size() + 1,
                value,
                String.format(
                    "%s: #%d %s",
                    Figures.metric(metric.name(), value), sample.index(), sample.prompt())));
      }
    }
    int identical = sorted.size() - points.size();
    return points.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Plot(
                metric.label() + " of every pair",
                "Sorted from the worst to the best."
                    + (identical > 0 ? " Not drawn: " + identical + " identical." : ""),
                Axis.counting("pair", points.size()),
                Axis.around(metric.label(), points.stream().mapToDouble(Point::y)),
                List.of(new Dots("pairs", "candidate", points))));
  }

  /** The cap of the PSNR is far from all other values, which it would press into a line. */
  private static boolean identical(String metric, double value) {
    return metric.equals("psnr") && value == PeakSignalToNoiseRatio.MAXIMUM;
  }
}
