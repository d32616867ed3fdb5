package io.dopt.evals.baseline;

import io.dopt.evals.report.BaselineResult;
import io.dopt.evals.report.MetricChange;
import io.dopt.evals.report.MetricResult;
import io.dopt.evals.report.SampleResult;
import io.dopt.evals.report.ScoreResult;
import io.dopt.evals.statistics.Bootstrap;
import io.dopt.evals.statistics.Estimate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.commons.math3.stat.StatUtils;

/**
 * The samples of an evaluation beside those of an earlier one.
 *
 * @param baseline the earlier one
 * @param now samples of this one
 * @param bootstrap for intervals
 */
public record BaselineComparison(Baseline baseline, List<SampleResult> now, Bootstrap bootstrap) {

  /** What changed of every metric and score that both have. */
  public BaselineResult of(List<MetricResult> metrics, List<ScoreResult> scores) {
    List<MetricChange> changes = new ArrayList<>();
    metrics.forEach(
        metric ->
            change(metric.name(), metric.label(), metric.higherIsBetter()).ifPresent(changes::add));
    scores.forEach(
        score ->
            change(score.name(), score.label(), score.higherIsBetter()).ifPresent(changes::add));
    return new BaselineResult(
        baseline.path().toString(), baseline.candidate(), baseline.created(), paired(), changes);
  }

  private boolean paired() {
    if (baseline.samples().size() != now.size()) {
      return false;
    }
    for (int i = 0; i < now.size(); i++) {
      Baseline.Sample then = baseline.samples().get(i);
      SampleResult sample = now.get(i);
      if (then.index() != sample.index()
          || then.seed() != sample.seed()
          || !then.prompt().equals(sample.prompt())) {
        return false;
      }
    }
    return true;
  }

  private Optional<MetricChange> change(String name, String label, boolean higherIsBetter) {
    List<Double> before = new ArrayList<>();
    baseline.samples().forEach(sample -> before.add(sample.values().get(name)));
    List<Double> after = new ArrayList<>();
    now.forEach(
        sample ->
            after.add(sample.metrics().getOrDefault(name, sample.candidateScores().get(name))));
    boolean paired = paired();
    if (paired) {
      // A sample that has no value on one side says nothing of the change.
      for (int i = 0; i < after.size(); i++) {
        if (before.get(i) == null || after.get(i) == null) {
          before.set(i, null);
          after.set(i, null);
        }
      }
    }
    double[] valuesBefore = present(before);
    double[] valuesAfter = present(after);
    if (valuesBefore.length == 0 || valuesAfter.length == 0) {
      return Optional.empty();
    }
    Estimate change =
        paired
            ? bootstrap.mean(differences(valuesAfter, valuesBefore))
            : bootstrap.difference(valuesAfter, valuesBefore);
    return Optional.of(
        new MetricChange(
            name,
            label,
            higherIsBetter,
            StatUtils.mean(valuesBefore),
            StatUtils.mean(valuesAfter),
            change));
  }

  private static double[] present(List<Double> values) {
    return values.stream().filter(Objects::nonNull).mapToDouble(value -> value).toArray();
  }

  private static double[] differences(double[] after, double[] before) {
    double[] differences = new double[after.length];
    for (int i = 0; i < differences.length; i++) {
      differences[i] = after[i] - before[i];
    }
    return differences;
  }
}
