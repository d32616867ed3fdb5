package io.dopt.evals.report;

import io.dopt.evals.report.PlotSeries.Band;
import io.dopt.evals.report.PlotSeries.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** How values spread over the timesteps, as calibration saw them. */
final class RangePlot {
  private RangePlot() {}

  /** Of a layer, under the name of its module. */
  static Plot of(RangeSeries range) {
    int slash = range.layer().indexOf('/');
    return of(
        slash > 0 ? range.layer().substring(0, slash) : range.layer(),
        range,
        "The values that enter it, over the timesteps in the order in which they are sampled.");
  }

  static Plot of(RangeSeries range, String explanation) {
    return of(range.layer(), range, explanation);
  }

  private static Plot of(String title, RangeSeries range, String explanation) {
    boolean percentiles = !range.p01().isEmpty() && !range.p999().isEmpty();
    List<PlotSeries> series = new ArrayList<>();
    series.add(
        band(
            range,
            "least to most",
            percentiles ? "reference" : "candidate",
            range.minimum(),
            range.maximum()));
    if (percentiles) {
      series.add(band(range, "0.1th to 99.9th percentile", "candidate", range.p01(), range.p999()));
    }
    List<Double> timesteps = range.timesteps();
    return new Plot(
        title,
        explanation,
        Axis.between("timestep", timesteps.get(0), timesteps.get(timesteps.size() - 1)),
        Axis.around(
            "value",
            Stream.concat(range.minimum().stream(), range.maximum().stream())
                .mapToDouble(Double::doubleValue)),
        series);
  }

  private static Band band(
      RangeSeries range, String name, String style, List<Double> lower, List<Double> upper) {
    return new Band(
        name, style, points(range.timesteps(), lower), points(range.timesteps(), upper));
  }

  private static List<Point> points(List<Double> timesteps, List<Double> values) {
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < timesteps.size(); i++) {
      points.add(new Point(timesteps.get(i), values.get(i), Figures.number(values.get(i))));
    }
    return points;
  }
}
