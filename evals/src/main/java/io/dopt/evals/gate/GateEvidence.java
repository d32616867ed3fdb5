package io.dopt.evals.gate;

import io.dopt.evals.gate.GateSubject.Latency;
import io.dopt.evals.gate.GateSubject.PairStatistic;
import io.dopt.evals.gate.GateSubject.Regression;
import io.dopt.evals.gate.GateSubject.ScoreDelta;
import io.dopt.evals.report.BaselineResult;
import io.dopt.evals.report.MetricChange;
import io.dopt.evals.report.SampleResult;
import io.dopt.evals.statistics.Bootstrap;
import io.dopt.evals.statistics.Estimate;
import io.dopt.evals.statistics.Interval;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.apache.commons.math3.stat.StatUtils;

/**
 * What gates are judged by.
 *
 * @param samples of a comparison
 * @param baseline how it compares with an earlier one
 * @param bootstrap for intervals
 */
public record GateEvidence(
    List<SampleResult> samples, Optional<BaselineResult> baseline, Bootstrap bootstrap) {
  public GateEvidence {
    samples = List.copyOf(samples);
  }

  /**
   * What a gate holds against its limit, in the limit's unit.
   *
   * @return empty when no sample has a value
   */
  Optional<Estimate> estimate(Gate gate) {
    GateSubject subject = gate.subject();
    if (subject instanceof PairStatistic pairs) {
      return statistic(pairs);
    }
    if (subject instanceof ScoreDelta delta) {
      return delta(delta);
    }
    if (subject instanceof Regression regression) {
      return regression(regression);
    }
    boolean isRatio = gate.unit() == GateUnit.RATIO;
    if (subject instanceof Latency latency) {
      return times(isRatio, latency.statistic()::of);
    }
    return isRatio
        ? times(true, StatUtils::mean).map(GateEvidence::inverse)
        : times(false, StatUtils::mean).map(GateEvidence::perSecond);
  }

  private Optional<Estimate> statistic(PairStatistic subject) {
    double[] values =
        samples.stream()
            .filter(sample -> sample.metrics().containsKey(subject.metric()))
            .mapToDouble(sample -> sample.metrics().get(subject.metric()))
            .toArray();
    if (values.length == 0) {
      return Optional.empty();
    }
    return Optional.of(
        subject.statistic().isExtreme()
            ? new Estimate(subject.statistic().of(values), Optional.empty())
            : bootstrap.estimate(values, subject.statistic()::of));
  }

  private Optional<Estimate> delta(ScoreDelta subject) {
    String name = subject.score();
    double[] differences =
        samples.stream()
            .filter(
                sample ->
                    sample.candidateScores().containsKey(name)
                        && sample.referenceScores().containsKey(name))
            .mapToDouble(
                sample -> sample.candidateScores().get(name) - sample.referenceScores().get(name))
            .toArray();
    return differences.length == 0 ? Optional.empty() : Optional.of(bootstrap.mean(differences));
  }

  private Optional<Estimate> regression(Regression subject) {
    return baseline.stream()
        .flatMap(result -> result.changes().stream())
        .filter(change -> change.name().equals(subject.measure()))
        .map(GateEvidence::worsening)
        .findFirst();
  }

  private static Estimate worsening(MetricChange change) {
    return change.higherIsBetter() ? negated(change.change()) : change.change();
  }

  /** Resamples whole samples, so that both times of a pair stay together. */
  private Optional<Estimate> times(boolean asRatio, ToDoubleFunction<double[]> statistic) {
    double[] candidate =
        samples.stream().mapToDouble(SampleResult::candidateMilliseconds).toArray();
    if (!asRatio) {
      return candidate.length == 0
          ? Optional.empty()
          : Optional.of(bootstrap.estimate(candidate, statistic));
    }
    double[] reference =
        samples.stream()
            .flatMap(sample -> sample.referenceMilliseconds().stream())
            .mapToDouble(time -> time)
            .toArray();
    if (candidate.length == 0 || reference.length != candidate.length) {
      return Optional.empty();
    }
    return Optional.of(
        bootstrap.estimate(
            candidate.length,
            indices ->
                statistic.applyAsDouble(at(candidate, indices))
                    / statistic.applyAsDouble(at(reference, indices))));
  }

  private static double[] at(double[] values, int[] indices) {
    return Arrays.stream(indices).mapToDouble(index -> values[index]).toArray();
  }

  private static Estimate negated(Estimate estimate) {
    return decreasing(estimate, value -> -value);
  }

  private static Estimate inverse(Estimate estimate) {
    return decreasing(estimate, value -> 1 / value);
  }

  private static Estimate perSecond(Estimate milliseconds) {
    return decreasing(milliseconds, value -> 1000 / value);
  }

  /** A decreasing function maps quantiles to quantiles, with the ends of an interval swapped. */
  private static Estimate decreasing(Estimate estimate, ToDoubleFunction<Double> function) {
    return new Estimate(
        function.applyAsDouble(estimate.value()),
        estimate
            .interval95()
            .map(
                interval ->
                    new Interval(
                        function.applyAsDouble(interval.high()),
                        function.applyAsDouble(interval.low()))));
  }
}
