package io.dopt.evals.report;

import io.dopt.evals.statistics.Interval;
import io.dopt.tensor.ErrorCode;
import java.util.Optional;

/**
 * A gate and what became of it.
 *
 * @param gate as it was written, without blanks
 * @param kind what it is about
 * @param outcome what the samples say
 * @param value the estimate, in the limit's unit; absent when no sample has one
 * @param interval95 of the value; absent for extremes, which have none, and for a single sample
 * @param limit that was set; milliseconds for times
 * @param unit of value and limit: {@code x} for a ratio to the reference, {@code ms}, {@code /s},
 *     or empty
 * @param moreSamples how many more would decide if the estimate stays; only of an inconclusive gate
 *     for which there is such a number
 * @param explanation for people, one paragraph
 */
public record GateResult(
    String gate,
    GateKind kind,
    GateOutcome outcome,
    Optional<Double> value,
    Optional<Interval> interval95,
    double limit,
    String unit,
    Optional<Long> moreSamples,
    String explanation) {

  /** How a command ends when this gate decides; empty when it passed. */
  public Optional<ErrorCode> failure() {
    return switch (outcome) {
      case PASS -> Optional.empty();
      case FAIL -> Optional.of(kind.failure());
      case INCONCLUSIVE -> Optional.of(ErrorCode.INCONCLUSIVE);
      case UNSUPPORTED -> Optional.of(ErrorCode.UNSUPPORTED);
    };
  }
}
