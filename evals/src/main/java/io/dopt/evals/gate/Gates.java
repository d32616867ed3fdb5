package io.dopt.evals.gate;

import io.dopt.evals.gate.GateSubject.PairStatistic;
import io.dopt.evals.gate.GateSubject.Regression;
import io.dopt.evals.report.GateOutcome;
import io.dopt.evals.report.GateResult;
import io.dopt.evals.report.MetricResult;
import io.dopt.evals.statistics.Estimate;
import io.dopt.evals.statistics.Interval;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.List;
import java.util.Optional;

/**
 * Judges gates by non-inferiority: a gate passes when the whole 95% interval keeps the limit and
 * fails when the whole interval breaks it. Between the two the samples do not decide, whichever
 * side the estimate is on. Extremes ({@code min}, {@code max}) are facts about the samples at hand
 * and have no interval; they are judged by their value.
 */
public final class Gates {
  private Gates() {}

  /** Judges gates in their order. */
  public static List<GateResult> judge(List<Gate> gates, GateEvidence evidence) {
    return gates.stream().map(gate -> judge(gate, evidence)).toList();
  }

  private static GateResult judge(Gate gate, GateEvidence evidence) {
    Optional<Estimate> estimate = evidence.estimate(gate);
    GateOutcome outcome =
        estimate.map(value -> outcome(gate, value)).orElse(GateOutcome.UNSUPPORTED);
    Optional<Long> moreSamples =
        outcome == GateOutcome.INCONCLUSIVE
            ? moreSamples(gate, estimate.orElseThrow(), evidence.samples().size())
            : Optional.empty();
    return new GateResult(
        gate.text(),
        gate.subject().kind(),
        outcome,
        estimate.map(Estimate::value),
        estimate.flatMap(Estimate::interval95),
        gate.limit(),
        gate.unit().text(),
        moreSamples,
        GateWords.explain(gate, outcome, estimate, moreSamples));
  }

  private static GateOutcome outcome(Gate gate, Estimate estimate) {
    if (estimate.interval95().isEmpty()) {
      if (!gate.hasInterval()) {
        return gate.keeps(estimate.value()) ? GateOutcome.PASS : GateOutcome.FAIL;
      }
      return GateOutcome.INCONCLUSIVE;
    }
    boolean lowKeeps = gate.keeps(estimate.interval95().get().low());
    boolean highKeeps = gate.keeps(estimate.interval95().get().high());
    if (lowKeeps == highKeeps) {
      return lowKeeps ? GateOutcome.PASS : GateOutcome.FAIL;
    }
    return GateOutcome.INCONCLUSIVE;
  }

  /**
   * An interval's half-width shrinks with the square root of the number of samples; the gate is
   * decided once it is no longer than from the estimate to the limit.
   *
   * @return empty when the estimate is the limit, or a single sample has no interval
   */
  private static Optional<Long> moreSamples(Gate gate, Estimate estimate, int samples) {
    double distance = Math.abs(estimate.value() - gate.limit());
    if (estimate.interval95().isEmpty() || distance == 0) {
      return Optional.empty();
    }
    Interval interval = estimate.interval95().get();
    boolean limitIsBelow = gate.limit() < estimate.value();
    double halfWidth =
        limitIsBelow ? estimate.value() - interval.low() : interval.high() - estimate.value();
    double needed = samples * Math.pow(halfWidth / distance, 2);
    return Optional.of(Math.max(1, (long) Math.ceil(needed) - samples));
  }

  /**
   * The gates on metrics of pairs whose limit even the noise floor breaks.
   *
   * @param noiseFloor metrics of the reference against itself
   */
  public static List<Gate> beyond(List<Gate> gates, List<MetricResult> noiseFloor) {
    return gates.stream()
        .filter(
            gate ->
                gate.subject() instanceof PairStatistic pairs
                    && noiseFloor.stream()
                        .filter(metric -> metric.name().equals(pairs.metric()))
                        .flatMap(metric -> metric.summary().stream())
                        .anyMatch(summary -> !gate.keeps(summary.mean().value())))
        .toList();
  }

  /**
   * Refuses gates that a comparison cannot judge, before it makes any image.
   *
   * @param names what is measured
   * @param referenceIsRun whether the reference is run, so that it has times
   * @param hasBaseline whether there is an earlier report
   * @throws DoptException (USAGE) for what is not measured or lacks its baseline; (UNSUPPORTED) for
   *     a ratio of times to a reference that has none
   */
  public static void require(
      List<Gate> gates, GateNames names, boolean referenceIsRun, boolean hasBaseline) {
    for (Gate gate : gates) {
      Gate.parse(gate.text(), names);
      if (gate.subject() instanceof Regression && !hasBaseline) {
        throw new DoptException(
            ErrorCode.USAGE,
            "The gate '"
                + gate.text()
                + "' compares with an earlier report, and none is given. Name one with"
                + " --baseline.");
      }
      if (gate.unit() == GateUnit.RATIO && !referenceIsRun) {
        throw new DoptException(
            ErrorCode.UNSUPPORTED,
            "The gate '"
                + gate.text()
                + "' is a ratio to the reference's time, and a reference that is not run beside the"
                + " candidate, such as a folder of images, has none. Compare with a bundle, or set"
                + " an absolute limit ("
                + (gate.subject().higherIsBetter() ? "/s" : "ms")
                + ").");
      }
    }
  }
}
