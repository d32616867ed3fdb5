package io.dopt.cli;

import io.dopt.evals.report.DistributionResult;
import io.dopt.evals.report.EvaluationReport;
import io.dopt.evals.report.Figures;
import io.dopt.evals.report.ScoreResult;
import io.dopt.evals.statistics.Estimate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What networks say of the images, in a few lines of text; none without networks. */
final class FeatureSummary {
  private FeatureSummary() {}

  static List<String> lines(EvaluationReport report) {
    List<String> lines = new ArrayList<>();
    if (!report.scores().isEmpty()) {
      lines.add("");
      lines.add(scores(report.scores()).toString());
    }
    if (!report.distributions().isEmpty()) {
      lines.add("");
      lines.add(distributions(report.distributions()).toString());
      report.distributions().stream()
          .map(DistributionResult::caveat)
          .distinct()
          .forEach(lines::add);
    }
    return lines;
  }

  private static TextTable scores(List<ScoreResult> scores) {
    TextTable table =
        new TextTable("<Score", "Candidate", "Reference", "Difference", "<95% interval");
    for (ScoreResult score : scores) {
      table.row(
          score.label(),
          fixed(score.candidate().value()),
          fixed(score.reference().value()),
          signed(score.delta().value()),
          interval(score.delta()));
    }
    return table;
  }

  private static TextTable distributions(List<DistributionResult> distributions) {
    TextTable table =
        new TextTable("<Distance of sets", "Value", "<95% interval", "N", "Features", "<Network");
    for (DistributionResult distribution : distributions) {
      table.row(
          distribution.label(),
          Figures.number(distribution.value().value()),
          Figures.interval(distribution.name(), distribution.value()),
          distribution.count(),
          distribution.dimensions(),
          distribution.network());
    }
    return table;
  }

  private static String interval(Estimate estimate) {
    return estimate
        .interval95()
        .map(interval -> signed(interval.low()) + " to " + signed(interval.high()))
        .orElse("");
  }

  private static String fixed(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }

  private static String signed(double value) {
    return String.format(Locale.ROOT, "%+.4f", value);
  }
}
