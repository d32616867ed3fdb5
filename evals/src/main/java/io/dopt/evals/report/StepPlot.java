package io.dopt.evals.report;

import io.dopt.evals.report.PlotSeries.Line;
import io.dopt.evals.report.PlotSeries.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What each step of the denoiser takes. */
final class StepPlot {
  private StepPlot() {}

  /** Absent for a single step. */
  static Optional<Plot> of(EvaluationReport report) {
    List<PlotSeries> series = new ArrayList<>();
    series.add(line(report.candidate(), "candidate", report.speed().candidate()));
    report
        .speed()
        .reference()
        .ifPresent(latencies -> series.add(line(report.reference(), "reference", latencies)));
    int steps = series.stream().mapToInt(line -> line.points().size()).max().orElseThrow();
    if (steps < 2) {
      return Optional.empty();
    }
    return Optional.of(
        new Plot(
            "Denoiser time by step",
            "The median over all images at each step.",
            Axis.counting("step", steps),
            Axis.fromZero(
                "milliseconds",
                series.stream().flatMap(line -> line.points().stream()).mapToDouble(Point::y)),
            series));
  }

  private static Line line(Subject subject, String style, Latencies latencies) {
    List<Point> points = new ArrayList<>();
    for (double milliseconds : latencies.medianStepMilliseconds()) {
      points.add(new Point(points.size() + 1, milliseconds, Figures.milliseconds(milliseconds)));
    }
    return new Line(subject.label(), style, points);
  }
}
