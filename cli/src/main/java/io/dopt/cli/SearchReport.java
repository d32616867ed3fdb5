package io.dopt.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
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
   * @param undecided whether the images leave open if it does
   * @param explanation what the gates said
   * @param speed of a step against that in float32; absent where the engine is imitated
   * @param chosen whether it became the bundle
   */
  record Trial(
      String label,
      int layers,
      double share,
      Optional<Estimate> psnr,
      boolean holds,
      boolean undecided,
      String explanation,
      @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<SpeedRatio> speed,
      boolean chosen) {

    Trial asChosen() {
      return new Trial(label, layers, share, psnr, holds, undecided, explanation, speed, true);
    }

    private String outcome() {
      if (chosen) {
        return "chosen";
      }
      return holds ? "holds" : undecided ? "undecided" : "breaks the budget";
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

  /** What undecided trials beyond the chosen one leave open. */
  private String advice() {
    int chosen = trials.stream().filter(Trial::chosen).mapToInt(Trial::layers).max().orElse(0);
    return trials.stream().anyMatch(trial -> trial.undecided && trial.layers > chosen)
        ? String.format(
            "%nundecided: the limit lies within the 95%% interval; more images (--gate-count) may"
                + " allow more layers")
        : "";
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
                    trial
                        .speed
                        .map(speed -> String.format(Locale.ROOT, "%.2fx", speed.ratio()))
                        .orElse("-"),
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
                    trial.outcome()));
    return String.format(
        "budget %s, judged by %s:%n%s%s", String.join(", ", budget), images, table, advice());
  }
}
