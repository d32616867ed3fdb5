package io.dopt.cli;

import io.dopt.evals.cost.Cost;
import io.dopt.evals.cost.ImageCost;
import io.dopt.evals.report.CostText;
import io.dopt.evals.report.EvaluationReport;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** What images cost, as the last lines of an evaluation's text; none when nothing was asked for. */
final class CostSummary {
  private CostSummary() {}

  static List<String> lines(EvaluationReport report) {
    List<String> lines = new ArrayList<>();
    report.cost().ifPresent(cost -> lines.add("\n" + table(cost) + "\n"));
    report.breakEven().map(CostText::of).ifPresent(lines::add);
    return lines;
  }

  private static TextTable table(Cost cost) {
    TextTable table =
        new TextTable("<Cost in " + cost.prices().currency(), "Candidate", "Reference");
    row(table, "per image", cost, ImageCost::perImage);
    row(table, "per 1000 images", cost, ImageCost::perThousandImages);
    cost.prices()
        .framesPerSecond()
        .ifPresent(
            frames ->
                row(
                    table,
                    "per second of video, " + CostText.frames(frames),
                    cost,
                    side -> side.perSecondOfVideo().orElseThrow()));
    return table;
  }

  private static void row(
      TextTable table, String name, Cost cost, Function<ImageCost, Double> value) {
    table.row(
        name,
        CostText.amount(value.apply(cost.candidate())),
        cost.reference().map(value).map(CostText::amount).orElse("-"));
  }
}
