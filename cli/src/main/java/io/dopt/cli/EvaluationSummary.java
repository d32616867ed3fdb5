package io.dopt.cli;

import io.dopt.evals.report.EvaluationReport;
import io.dopt.evals.report.EvaluationSettings;
import io.dopt.evals.report.Figures;
import io.dopt.evals.report.Latencies.StageLatency;
import io.dopt.evals.report.MetricResult;
import io.dopt.evals.report.SpeedResult;
import io.dopt.evals.statistics.SampleSummary;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** An evaluation in a screenful of text. */
final class EvaluationSummary {
  private EvaluationSummary() {}

  static String of(EvaluationReport report, Path page) {
    EvaluationSettings settings = report.settings();
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            "%s: %s against %s, %s of %s, %s of %s, guidance %s",
            report.verdict().title(),
            report.candidate().label(),
            report.reference().label(),
            Figures.count(report.samples().size(), "pair"),
            settings.size(),
            Figures.count(settings.steps(), "step"),
            settings.scheduler(),
            Figures.number(settings.guidanceScale())));
    lines.addAll(VerdictSummary.lines(report));
    lines.add("");
    lines.add(quality(report.metrics()).toString());
    FeatureSummary.lines(report).forEach(lines::add);
    lines.add("");
    lines.add(speed(report.speed()).toString());
    lines.add("");
    lines.add(
        Figures.number(report.speed().candidate().imagesPerSecond())
            + " images per second"
            + report
                .speed()
                .speedup()
                .map(
                    speedup ->
                        ", "
                            + Figures.number(speedup.value())
                            + "x the reference's speed ("
                            + Figures.interval("speedup", speedup)
                            + ")")
                .orElse("")
            + report
                .peakResidentBytes()
                .map(bytes -> "; peak memory " + Figures.mebibytes(bytes))
                .orElse("")
            + report
                .speed()
                .candidate()
                .joulesPerImage()
                .map(joules -> "; " + Figures.number(joules) + " J per image")
                .orElse(""));
    CostSummary.lines(report).forEach(lines::add);
    lines.add("Report: " + page);
    return String.join("\n", lines);
  }

  private static TextTable quality(List<MetricResult> metrics) {
    TextTable table =
        new TextTable(
            "<Metric", "Mean", "<95% interval", "Median", "Bad tail", "<", "Least", "Most");
    for (MetricResult metric : metrics) {
      if (metric.summary().isPresent()) {
        SampleSummary summary = metric.summary().get();
        String name = metric.name();
        table.row(
            metric.label(),
            Figures.metric(name, summary.mean().value()),
            Figures.interval(name, summary.mean()),
            Figures.metric(name, summary.median().value()),
            Figures.metric(name, metric.badTail().orElseThrow().value()),
            metric.badTailName() + " pct",
            Figures.metric(name, summary.minimum()),
            Figures.metric(name, summary.maximum()));
      } else {
        table.row(metric.label(), "-", "-", "-", "-", "", "-", "-");
      }
    }
    return table;
  }

  private static TextTable speed(SpeedResult speed) {
    TextTable table =
        new TextTable(
            "<Stage",
            "Calls",
            "p50",
            "p95",
            "p99",
            "Reference p50",
            "Reference p95",
            "Reference p99");
    List<StageLatency> stages = speed.candidate().stages();
    for (int i = 0; i < stages.size(); i++) {
      StageLatency stage = stages.get(i);
      int index = i;
      table.row(
          stage.stage().label(),
          stage.count(),
          Figures.milliseconds(stage.p50()),
          Figures.milliseconds(stage.p95()),
          Figures.milliseconds(stage.p99()),
          reference(speed, index, StageLatency::p50),
          reference(speed, index, StageLatency::p95),
          reference(speed, index, StageLatency::p99));
    }
    return table;
  }

  private static String reference(
      SpeedResult speed, int stage, ToDoubleFunction<StageLatency> time) {
    return speed
        .reference()
        .map(other -> Figures.milliseconds(time.applyAsDouble(other.stages().get(stage))))
        .orElse("-");
  }
}
