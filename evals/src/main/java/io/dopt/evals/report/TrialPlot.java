package io.dopt.evals.report;

import io.dopt.evals.report.PlotSeries.Dots;
import io.dopt.evals.report.PlotSeries.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** What a search for a mix of precisions tried: quality over how much is quantized. */
final class TrialPlot {
  private TrialPlot() {}

  /** Absent for fewer than two trials. */
  static Optional<Plot> of(PrecisionDetail precision) {
    List<TrialPoint> trials = precision.trials();
    if (trials.size() < 2) {
      return Optional.empty();
    }
    List<PlotSeries> series = new ArrayList<>();
    series.add(dots("tried", "other", trials, trial -> !trial.chosen()));
    series.add(dots("chosen", "candidate", trials, TrialPoint::chosen));
    series.removeIf(one -> one.points().isEmpty());
    return Optional.of(
        new Plot(
            "What the search tried",
            "Mean PSNR against float32 over the share of multiplications that are quantized, when it"
                + " was compiled.",
            Axis.fromZero(
                "quantized, in percent",
                trials.stream().mapToDouble(trial -> 100 * trial.quantizedShare())),
            Axis.around("PSNR (dB)", trials.stream().mapToDouble(TrialPoint::qualityDb)),
            series));
  }

  private static Dots dots(
      String name, String style, List<TrialPoint> trials, Predicate<TrialPoint> which) {
    return new Dots(
        name,
        style,
        trials.stream()
            .filter(which)
            .map(
                trial ->
                    new Point(
                        100 * trial.quantizedShare(),
                        trial.qualityDb(),
                        String.format(
                            "%s: %s dB, %s quantized",
                            trial.label(),
                            Figures.metric("psnr", trial.qualityDb()),
                            Figures.percent(trial.quantizedShare()))))
            .toList());
  }
}
