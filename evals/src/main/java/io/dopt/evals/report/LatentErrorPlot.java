package io.dopt.evals.report;

import io.dopt.evals.report.PlotSeries.Line;
import io.dopt.evals.report.PlotSeries.Point;
import java.util.List;
import java.util.Optional;

/** Where along the trajectory the sides part. */
final class LatentErrorPlot {
  private LatentErrorPlot() {}

  /** Absent when fewer than two steps differ; a logarithm has no place for equal ones. */
  static Optional<Plot> of(EvaluationReport report) {
    List<Point> points =
        report.latentMeanSquaredError().stream()
            .filter(error -> error.relative() > 0)
            .map(
                error ->
                    new Point(
                        error.step(),
                        error.relative(),
                        String.format(
                            "step %d: %s of the reference's energy, mean squared error %s",
                            error.step(),
                            Figures.number(error.relative()),
                            Figures.number(error.meanSquaredError()))))
            .toList();
    return points.size() < 2
        ? Optional.empty()
        : Optional.of(
            new Plot(
                "Where the latents part",
                "Mean squared error of the latents after each step, as a share of the energy of"
                    + " the reference's.",
                Axis.counting("step", report.latentMeanSquaredError().size()),
                Axis.logarithmic("relative error", points.stream().mapToDouble(Point::y)),
                List.of(new Line("latents", "candidate", points))));
  }
}
