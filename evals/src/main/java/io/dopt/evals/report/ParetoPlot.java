package io.dopt.evals.report;

import io.dopt.evals.metric.PeakSignalToNoiseRatio;
import io.dopt.evals.report.PlotSeries.Dots;
import io.dopt.evals.report.PlotSeries.Line;
import io.dopt.evals.report.PlotSeries.Point;
import io.dopt.evals.report.PlotSeries.Upright;
import io.dopt.evals.statistics.SampleSummary;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.DoubleStream;

/**
 * Quality against speed: what the compile search tried, the candidate as measured here, and the
 * reference's speed, which has no quality of its own: everything is measured against it.
 */
final class ParetoPlot {
  private ParetoPlot() {}

  /** Absent when there is nothing to weigh: fewer than two of candidate, reference and trials. */
  static Optional<Plot> of(EvaluationReport report) {
    List<TrialPoint> trials = report.precision().map(PrecisionDetail::trials).orElse(List.of());
    List<PlotSeries> series = new ArrayList<>();
    add(series, tried("tried", "other", trials, trial -> !trial.onFront() && !trial.chosen()));
    List<Point> front = points(trials, TrialPoint::onFront);
    if (front.size() > 1) {
      series.add(new Line("best for its time", "front", front));
    } else {
      add(series, tried("best for its time", "front", trials, TrialPoint::onFront));
    }
    add(series, tried("chosen, when compiled", "chosen", trials, TrialPoint::chosen));
    candidate(report)
        .ifPresent(point -> series.add(new Dots("candidate, here", "candidate", List.of(point))));
    List<Point> points = series.stream().flatMap(one -> one.points().stream()).toList();
    Optional<Double> reference = referenceMilliseconds(report);
    if (points.isEmpty() || points.size() + reference.stream().count() < 2) {
      return Optional.empty();
    }
    reference.ifPresent(
        milliseconds -> series.add(new Upright("reference's time", "reference", milliseconds)));
    return Optional.of(
        new Plot(
            "Quality against speed",
            "Mean PSNR against full precision over the time of a denoiser step: up is better, left"
                + " is faster.",
            Axis.fromZero(
                "milliseconds a step",
                DoubleStream.concat(
                    points.stream().mapToDouble(Point::x),
                    reference.stream().mapToDouble(Double::doubleValue))),
            Axis.around("PSNR (dB)", points.stream().mapToDouble(Point::y)),
            series));
  }

  private static void add(List<PlotSeries> series, Dots dots) {
    if (!dots.points().isEmpty()) {
      series.add(dots);
    }
  }

  private static Dots tried(
      String name, String style, List<TrialPoint> trials, Predicate<TrialPoint> which) {
    return new Dots(name, style, points(trials, which));
  }

  private static List<Point> points(List<TrialPoint> trials, Predicate<TrialPoint> which) {
    return trials.stream()
        .filter(which)
        .sorted(Comparator.comparingDouble(TrialPoint::milliseconds))
        .map(trial -> point(trial.label(), trial.milliseconds(), trial.qualityDb()))
        .toList();
  }

  /** Only against another bundle: the noise floor is no quality. */
  private static Optional<Point> candidate(EvaluationReport report) {
    if (report.reference().kind() == Subject.Kind.NOISE_FLOOR) {
      return Optional.empty();
    }
    return report.metrics().stream()
        .filter(metric -> metric.name().equals("psnr"))
        .flatMap(metric -> metric.summary().stream())
        .map(SampleSummary::mean)
        .filter(mean -> mean.value() < PeakSignalToNoiseRatio.MAXIMUM)
        .findFirst()
        .map(
            mean ->
                point(report.candidate().label(), step(report.speed().candidate()), mean.value()));
  }

  private static Optional<Double> referenceMilliseconds(EvaluationReport report) {
    return report.reference().kind() == Subject.Kind.BUNDLE
        ? report.speed().reference().map(ParetoPlot::step)
        : Optional.empty();
  }

  private static double step(Latencies latencies) {
    return latencies.stage(Stage.DENOISER_STEP).p50();
  }

  private static Point point(String label, double milliseconds, double quality) {
    return new Point(
        milliseconds,
        quality,
        label
            + ": "
            + Figures.metric("psnr", quality)
            + " dB, "
            + Figures.milliseconds(milliseconds));
  }
}
