package io.dopt.cli;

import io.dopt.evals.report.Figures;
import io.dopt.evals.statistics.Estimate;
import io.dopt.runtime.bundle.PrecisionReport;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a search for a plan tried.
 *
 * @param budget what had to hold
 * @param images how images were made
 * @param trials in the order in which they were tried
 */
record SearchReport(List<String> budget, String images, List<Trial> trials) {

  /**
   * A mix of precisions.
   *
   * @param label for readers
   * @param layers how many are quantized
   * @param share of the denoiser's multiplications that they make, 0 to 1
   * @param psnr mean PSNR against float32 in dB; absent when all images are the same
   * @param holds whether the budget held
   * @param explanation what the gates said
   * @param speed of a step against that in float32
   * @param chosen whether it became the bundle
   */
  record Trial(
      String label,
      int layers,
      double share,
      Optional<Estimate> psnr,
      boolean holds,
      String explanation,
      SpeedRatio speed,
      boolean chosen) {

    Trial asChosen() {
      return new Trial(label, layers, share, psnr, holds, explanation, speed, true);
    }

    double decibels() {
      return psnr.map(Estimate::value).orElse(Double.MAX_VALUE);
    }
  }

  /** The trials as a bundle records them: without times, which differ from run to run. */
  List<PrecisionReport.Trial> recorded() {
    return trials.stream()
        .filter(trial -> trial.psnr.isPresent())
        .map(
            trial ->
                new PrecisionReport.Trial(
                    trial.label, trial.share, trial.psnr.get().value(), trial.chosen))
        .toList();
  }

  /** Quality against speed, fastest first. */
  String text() {
    TextTable table = new TextTable("<plan", "multiplications", "step", "PSNR", "95%", "<");
    trials.stream()
        .sorted(Comparator.comparingInt(Trial::layers).reversed())
        .forEach(
            trial ->
                table.row(
                    trial.label,
                    String.format(Locale.ROOT, "%.0f%%", 100 * trial.share),
                    String.format(Locale.ROOT, "%.2fx", trial.speed.ratio()),
                    trial.psnr.map(psnr -> Figures.metric("psnr", psnr.value())).orElse("same"),
                    trial
                        .psnr
                        .flatMap(Estimate::interval95)
                        .map(
                            interval ->
                                Figures.metric("psnr", interval.low())
                                    + " to "
                                    + Figures.metric("psnr", interval.high()))
                        .orElse("none"),
                    trial.chosen ? "chosen" : trial.holds ? "holds" : "breaks the budget"));
    return String.format("budget %s, judged by %s:%n%s", String.join(", ", budget), images, table);
  }
}
