package io.dopt.cli;

import io.dopt.evals.report.DistributionResult;
import io.dopt.evals.report.EvaluationReport;
import io.dopt.evals.report.Figures;
import io.dopt.evals.report.ScoreResult;
import io.dopt.evals.report.ScoreText;
import java.util.ArrayList;
import java.util.List;

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
          ScoreText.fixed(score.candidate().value()),
          ScoreText.fixed(score.reference().value()),
          ScoreText.signed(score.delta().value()),
          ScoreText.interval(score.delta()));
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
}
