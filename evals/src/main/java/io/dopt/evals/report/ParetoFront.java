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
import java.util.stream.Stream;

/**
 * Quality against speed: the candidate and the bundles to be drawn beside it, all relative to one
 * reference, which has no quality of its own since everything is measured against it.
 *
 * @param points fastest first; empty unless the reference is another bundle with other images
 */
public record ParetoFront(List<ParetoPoint> points) {
  public ParetoFront {
    points = List.copyOf(points);
  }

  static ParetoFront of(EvaluationReport report) {
    List<ParetoPoint> all = new ArrayList<>();
    candidate(report).ifPresent(all::add);
    if (all.isEmpty()) {
      return new ParetoFront(List.of());
    }
    report
        .alternatives()
        .forEach(
            other ->
                all.add(
                    new ParetoPoint(
                        other.label(), other.qualityDb(), other.relativeStepTime(), false, false)));
    return new ParetoFront(
        all.stream()
            .map(point -> withFront(point, all.stream().noneMatch(other -> beats(other, point))))
            .sorted(Comparator.comparingDouble(ParetoPoint::relativeStepTime))
            .toList());
  }

  private static Optional<ParetoPoint> candidate(EvaluationReport report) {
    if (report.reference().kind() != Subject.Kind.BUNDLE) {
      return Optional.empty();
    }
    double relative =
        report.speed().candidate().stage(Stage.DENOISER_STEP).p50()
            / report.speed().reference().orElseThrow().stage(Stage.DENOISER_STEP).p50();
    return report.metrics().stream()
        .filter(metric -> metric.name().equals("psnr"))
        .flatMap(metric -> metric.summary().stream())
        .map(SampleSummary::mean)
        .filter(mean -> mean.value() < PeakSignalToNoiseRatio.MAXIMUM)
        .findFirst()
        .map(
            mean ->
                new ParetoPoint(report.candidate().label(), mean.value(), relative, true, false));
  }

  private static ParetoPoint withFront(ParetoPoint point, boolean onFront) {
    return new ParetoPoint(
        point.label(), point.qualityDb(), point.relativeStepTime(), point.candidate(), onFront);
  }

  private static boolean beats(ParetoPoint one, ParetoPoint other) {
    return one.qualityDb() >= other.qualityDb()
        && one.relativeStepTime() <= other.relativeStepTime()
        && (one.qualityDb() > other.qualityDb()
            || one.relativeStepTime() < other.relativeStepTime());
  }

  /** The plot; absent without points. */
  Optional<Plot> plot() {
    if (points.isEmpty()) {
      return Optional.empty();
    }
    List<PlotSeries> series = new ArrayList<>();
    List<Point> front = drawn(ParetoPoint::onFront);
    if (front.size() > 1) {
      series.add(new Line("best for its time", "front", front));
    }
    List<Point> others = drawn(point -> !point.candidate());
    if (!others.isEmpty()) {
      series.add(new Dots("beside it", "other", others));
    }
    series.add(new Dots("candidate", "candidate", drawn(ParetoPoint::candidate)));
    series.add(new Upright("reference's time", "reference", 1));
    return Optional.of(
        new Plot(
            "Quality against speed",
            "Mean PSNR against the reference over the time of a denoiser step: up is better, left"
                + " is faster.",
            Axis.fromZero(
                "time of a step, reference = 1",
                Stream.concat(points.stream().map(ParetoPoint::relativeStepTime), Stream.of(1.0))
                    .mapToDouble(Double::doubleValue)),
            Axis.around("PSNR (dB)", qualities()),
            series));
  }

  private DoubleStream qualities() {
    return points.stream().mapToDouble(ParetoPoint::qualityDb);
  }

  private List<Point> drawn(Predicate<ParetoPoint> which) {
    return points.stream()
        .filter(which)
        .map(
            point ->
                new Point(
                    point.relativeStepTime(),
                    point.qualityDb(),
                    String.format(
                        "%s: %s dB, %s of the reference's time",
                        point.label(),
                        Figures.metric("psnr", point.qualityDb()),
                        Figures.percent(point.relativeStepTime()))))
        .toList();
  }
}
