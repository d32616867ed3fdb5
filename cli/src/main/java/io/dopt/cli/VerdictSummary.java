package io.dopt.cli;

import io.dopt.evals.report.BaselineResult;
import io.dopt.evals.report.EvaluationReport;
import io.dopt.evals.report.Figures;
import io.dopt.evals.report.GateOutcome;
import io.dopt.evals.report.GateResult;
import io.dopt.evals.report.MetricChange;
import io.dopt.evals.report.NoiseFloor;
import io.dopt.evals.report.Verdict.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What decided an evaluation, a line each, and what to hold it against. */
final class VerdictSummary {
  private VerdictSummary() {}

  static List<String> lines(EvaluationReport report) {
    List<String> lines = new ArrayList<>();
    for (Check check : report.verdict().checks()) {
      lines.add((check.passed() ? "  ok    " : "  FAIL  ") + check.explanation());
    }
    for (GateResult gate : report.verdict().gates()) {
      lines.add("  " + mark(gate.outcome()) + gate.gate() + ": " + gate.explanation());
    }
    report.noiseFloor().flatMap(VerdictSummary::noiseFloor).ifPresent(lines::add);
    report.baseline().ifPresent(baseline -> lines.addAll(changes(baseline)));
    return lines;
  }

  private static String mark(GateOutcome outcome) {
    return switch (outcome) {
      case PASS -> "pass  ";
      case FAIL -> "FAIL  ";
      case INCONCLUSIVE -> "?     ";
      case UNSUPPORTED -> "n/a   ";
    };
  }

  private static Optional<String> noiseFloor(NoiseFloor floor) {
    return floor.metrics().stream()
        .filter(metric -> metric.name().equals("psnr"))
        .flatMap(metric -> metric.summary().stream())
        .map(
            psnr ->
                String.format(
                    "  noise floor: mean PSNR of the reference against itself on %s, over %s: %s",
                    Figures.count(floor.threads(), "thread"),
                    Figures.count(floor.samples(), "sample"),
                    Figures.metric("psnr", psnr.mean().value())))
        .findFirst();
  }

  private static List<String> changes(BaselineResult baseline) {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            "  baseline: %s of %s, %s",
            baseline.candidate(),
            baseline.created(),
            baseline.paired() ? "sample by sample" : "of other samples, so compared unpaired"));
    for (MetricChange change : baseline.changes()) {
      lines.add(
          String.format(
              "    %s %s, was %s: change %s (%s)",
              change.label(),
              Figures.metric(change.name(), change.mean()),
              Figures.metric(change.name(), change.baseline()),
              Figures.number(change.change().value()),
              change
                  .change()
                  .interval95()
                  .map(
                      interval ->
                          "95%: "
                              + Figures.number(interval.low())
                              + " to "
                              + Figures.number(interval.high()))
                  .orElse("a single sample, no interval")));
    }
    return lines;
  }
}
