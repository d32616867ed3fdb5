package io.dopt.evals.export;

import io.dopt.evals.report.BaselineResult;
import io.dopt.evals.report.DistributionResult;
import io.dopt.evals.report.EvaluationReport;
import io.dopt.evals.report.EvaluationSettings;
import io.dopt.evals.report.Figures;
import io.dopt.evals.report.GateOutcome;
import io.dopt.evals.report.MetricChange;
import io.dopt.evals.report.MetricResult;
import io.dopt.evals.report.SampleCards;
import io.dopt.evals.report.SampleResult;
import io.dopt.evals.report.ScoreResult;
import io.dopt.evals.statistics.Estimate;
import io.dopt.evals.statistics.SampleSummary;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * An evaluation in GitHub-flavoured Markdown, for a comment on a pull request: the verdict, the
 * gates, the metrics with their intervals, and the worst samples.
 */
public final class MarkdownSummary {
  private static final int WORST = 3;

  private final EvaluationReport report;
  private final List<String> lines = new ArrayList<>();

  private MarkdownSummary(EvaluationReport report) {
    this.report = report;
  }

  /** The text, ending with a line break. */
  public static String write(EvaluationReport report) {
    MarkdownSummary summary = new MarkdownSummary(report);
    summary.heading();
    summary.judged();
    summary.metrics();
    summary.distributions();
    summary.speed();
    report.baseline().ifPresent(summary::baseline);
    summary.worst();
    return String.join("\n", summary.lines) + "\n";
  }

  private void heading() {
    EvaluationSettings settings = report.settings();
    lines.add(
        "## dopt eval: "
            + report.verdict().title()
            + "\n\n"
            + code(report.candidate().label())
            + " against "
            + code(report.reference().label())
            + ", "
            + Figures.count(report.samples().size(), "pair")
            + " of "
            + settings.size()
            + ", "
            + Figures.count(settings.steps(), "step")
            + " of "
            + code(settings.scheduler())
            + ", guidance "
            + Figures.number(settings.guidanceScale()));
  }

  private void judged() {
    table("Check or gate", "Outcome", "Found");
    for (JudgedCase judged : JudgedCase.of(report)) {
      row(code(judged.name()), words(judged.outcome()), text(judged.explanation()));
    }
  }

  private static String words(GateOutcome outcome) {
    return switch (outcome) {
      case PASS -> "pass";
      case FAIL -> "**FAIL**";
      case INCONCLUSIVE -> "**inconclusive**";
      case UNSUPPORTED -> "**cannot be judged**";
    };
  }

  private void metrics() {
    table("Metric", "Mean", "95% interval", "Median", "Bad tail", "Least", "Most");
    for (MetricResult metric : report.metrics()) {
      if (metric.summary().isPresent()) {
        String name = metric.name();
        SampleSummary summary = metric.summary().get();
        row(
            text(metric.label()),
            Figures.metric(name, summary.mean().value()),
            Figures.interval(name, summary.mean()),
            Figures.metric(name, summary.median().value()),
            Figures.metric(name, metric.badTail().orElseThrow().value())
                + " ("
                + metric.badTailName()
                + " percentile)",
            Figures.metric(name, summary.minimum()),
            Figures.metric(name, summary.maximum()));
      }
    }
    if (!report.scores().isEmpty()) {
      table("Score", "Candidate", "Reference", "Difference", "95% interval");
      for (ScoreResult score : report.scores()) {
        row(
            text(score.label()),
            Figures.number(score.candidate().value()),
            Figures.number(score.reference().value()),
            Figures.number(score.delta().value()),
            interval(score.delta()));
      }
    }
  }

  private void distributions() {
    if (report.distributions().isEmpty()) {
      return;
    }
    table("Distance of sets, which cannot gate", "Value", "Images", "Network", "Caveat");
    for (DistributionResult distance : report.distributions()) {
      row(
          text(distance.label()),
          Figures.number(distance.value().value()),
          Integer.toString(distance.count()),
          code(distance.network()),
          text(distance.caveat()));
    }
  }

  private void speed() {
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
                            + "x the reference's speed (95%: "
                            + interval(speedup)
                            + ")")
                .orElse("")
            + ".");
  }

  private void baseline(BaselineResult baseline) {
    lines.add("");
    lines.add(
        "Against the baseline "
            + code(baseline.candidate())
            + " of "
            + text(baseline.created())
            + (baseline.paired()
                ? ", sample by sample:"
                : ", which has other samples, so that the sets are compared unpaired:"));
    table("Metric", "Baseline", "Now", "Change", "95% interval");
    for (MetricChange change : baseline.changes()) {
      row(
          text(change.label()),
          Figures.metric(change.name(), change.baseline()),
          Figures.metric(change.name(), change.mean()),
          Figures.number(change.change().value()),
          interval(change.change()));
    }
  }

  private void worst() {
    table("Worst samples", "Prompt", "Seed", "Measured");
    for (SampleResult sample : SampleCards.worstFirst(report.samples()).subList(0, worstCount())) {
      row(
          "#" + sample.index(),
          code(sample.prompt()),
          Long.toString(sample.seed()),
          sample.degenerate() ? "degenerate" : measured(sample));
    }
  }

  private int worstCount() {
    return Math.min(WORST, report.samples().size());
  }

  private String measured(SampleResult sample) {
    return report.metrics().stream()
        .filter(metric -> sample.metrics().containsKey(metric.name()))
        .map(
            metric ->
                text(metric.label())
                    + " "
                    + Figures.metric(metric.name(), sample.metrics().get(metric.name())))
        .collect(Collectors.joining(", "));
  }

  private static String interval(Estimate estimate) {
    return estimate
        .interval95()
        .map(interval -> Figures.number(interval.low()) + " to " + Figures.number(interval.high()))
        .orElse("none");
  }

  private void table(String... columns) {
    lines.add("");
    row(columns);
    lines.add("|" + " --- |".repeat(columns.length));
  }

  private void row(String... cells) {
    lines.add("| " + String.join(" | ", cells) + " |");
  }

  /**
   * Someone else's words, in which nothing is markup, a link or a mention: a code span with a fence
   * longer than any within.
   */
  private static String code(String words) {
    String plain = PlainText.of(words).replace("|", "\\|");
    int longest = 0;
    int run = 0;
    for (char character : plain.toCharArray()) {
      run = character == '`' ? run + 1 : 0;
      longest = Math.max(longest, run);
    }
    if (longest == 0) {
      return "`" + plain + "`";
    }
    String fence = "`".repeat(longest + 1);
    return fence + " " + plain + " " + fence;
  }

  /** Our words, which may quote. */
  private static String text(String words) {
    return PlainText.of(words).replaceAll("([\\\\`*_\\[\\]<>|#~])", "\\\\$1");
  }
}
