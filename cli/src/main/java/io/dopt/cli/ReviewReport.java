package io.dopt.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.dopt.compiler.proof.EffectProof;
import io.dopt.compiler.proof.ProvenLayer;
import io.dopt.evals.Comparison;
import io.dopt.evals.report.Figures;
import io.dopt.evals.report.GateResult;
import io.dopt.evals.report.MetricResult;
import io.dopt.evals.report.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.Collectors;

/**
 * What became of a quantization: what the engine does, how fast, and how good.
 *
 * @param effect layer by layer; absent without the check
 * @param stored how many layers a build package holds as planned, by precision; absent where
 *     engines run
 * @param speed of the denoiser against float32; absent without the check
 * @param gate how images compare with those in float32; absent when they were not compared
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record ReviewReport(
    Optional<Effect> effect,
    Optional<SortedMap<String, Integer>> stored,
    Optional<SpeedRatio> speed,
    Optional<GateSummary> gate) {
  private static final int SLOWEST = 10;

  /** The proof with its totals. */
  record Effect(List<EffectProof.Total> precisions, double milliseconds, List<ProvenLayer> layers) {
    static Effect of(EffectProof proof) {
      return new Effect(proof.totals(), proof.milliseconds(), proof.layers());
    }

    private EffectProof proof() {
      return new EffectProof(layers, milliseconds);
    }
  }

  /**
   * The verdict and what it was reached with.
   *
   * @param samples pairs of images
   * @param steps of each
   * @param seed of the first
   */
  record GateSummary(
      Verdict verdict, int samples, int steps, long seed, List<MetricResult> metrics) {
    static GateSummary of(Comparison comparison) {
      return new GateSummary(
          comparison.verdict(),
          comparison.samples().size(),
          comparison.settings().steps(),
          comparison.settings().seed(),
          comparison.metrics());
    }
  }

  String text() {
    List<String> lines = new ArrayList<>();
    effect.ifPresent(
        it -> {
          lines.add(layers(it.proof()).toString());
          lines.add(totals(it.precisions()));
        });
    stored.ifPresent(
        it ->
            lines.add(
                "layers:   "
                    + it.entrySet().stream()
                        .map(entry -> entry.getValue() + " " + entry.getKey())
                        .collect(Collectors.joining(", "))
                    + " in the package as planned; 'dopt build' finds their kernels and speed"));
    speed.ifPresent(it -> lines.add("denoiser: " + it.text()));
    gate.ifPresent(
        it -> {
          String images = Figures.count(it.samples(), "pair of images", "pairs of images");
          lines.add(
              "images:   " + it.verdict().title() + ", " + images + " of " + it.steps() + " steps");
          for (GateResult result : it.verdict().gates()) {
            lines.add("          " + result.explanation());
          }
        });
    return String.join("\n", lines);
  }

  private static TextTable layers(EffectProof proof) {
    TextTable table = new TextTable("<slowest layers", "time", "share", "<planned", "<found");
    for (ProvenLayer layer : proof.slowest(SLOWEST)) {
      table.row(
          layer.name(),
          Amount.seconds(layer.milliseconds() / 1e3),
          Figures.percent(layer.shareOfTime()),
          layer.planned(),
          layer.found().orElse("-") + layer.kernel().map(it -> " in " + it).orElse(""));
    }
    return table;
  }

  /** {@code layers: planned 164 int8, found 164, 71% of the time; planned 12 f32, ...}. */
  private static String totals(List<EffectProof.Total> precisions) {
    List<String> parts = new ArrayList<>();
    for (EffectProof.Total total : precisions) {
      parts.add(
          String.format(
              Locale.ROOT,
              "planned %d %s, found %d, %s of the time",
              total.planned(),
              total.precision(),
              total.found(),
              Figures.percent(total.shareOfTime())));
    }
    double rest = 1 - precisions.stream().mapToDouble(EffectProof.Total::shareOfTime).sum();
    parts.add("other operators " + Figures.percent(Math.max(0, rest)) + " of the time");
    return "layers:   " + String.join("; ", parts);
  }
}
