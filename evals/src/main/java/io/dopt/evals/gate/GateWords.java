package io.dopt.evals.gate;

import io.dopt.evals.gate.GateSubject.Regression;
import io.dopt.evals.report.Figures;
import io.dopt.evals.report.GateOutcome;
import io.dopt.evals.statistics.Estimate;
import java.util.Locale;
import java.util.Optional;

/** What became of a gate, in a sentence or two. */
final class GateWords {
  private static final long MANY = 1_000_000;

  private GateWords() {}

  static String explain(
      Gate gate, GateOutcome outcome, Optional<Estimate> estimate, Optional<Long> moreSamples) {
    return switch (outcome) {
      case PASS -> found(gate, estimate.orElseThrow()) + kept(gate) + ".";
      case FAIL -> found(gate, estimate.orElseThrow()) + broken(gate) + ".";
      case INCONCLUSIVE -> undecided(gate, estimate.orElseThrow(), moreSamples);
      case UNSUPPORTED -> gate.text() + " cannot be judged: " + missing(gate.subject()) + ".";
    };
  }

  private static String missing(GateSubject subject) {
    return subject instanceof Regression regression
        ? "the baseline and this evaluation have no samples that both have a value of "
            + regression.measure()
        : "no sample has a value of " + subject.text();
  }

  private static String found(Gate gate, Estimate estimate) {
    return gate.subject().text()
        + " is "
        + value(gate, estimate.value())
        + estimate
            .interval95()
            .map(
                interval ->
                    " (95%: "
                        + value(gate, interval.low())
                        + " to "
                        + value(gate, interval.high())
                        + ")")
            .orElse("");
  }

  private static String kept(Gate gate) {
    return (gate.subject().higherIsBetter() ? ", at least " : ", at most ") + limit(gate);
  }

  private static String broken(Gate gate) {
    return (gate.subject().higherIsBetter() ? ", below " : ", above ") + limit(gate);
  }

  private static String undecided(Gate gate, Estimate estimate, Optional<Long> moreSamples) {
    if (estimate.interval95().isEmpty()) {
      return found(gate, estimate)
          + ", but a single sample says nothing of its spread, so the limit "
          + limit(gate)
          + " is not decided. Take more samples.";
    }
    return found(gate, estimate)
        + ", and the limit "
        + limit(gate)
        + " lies within the interval. "
        + moreSamples
            .map(more -> moreSamples(gate.subject(), more))
            .orElse("No number of samples decides while the estimate is the limit itself.");
  }

  private static String moreSamples(GateSubject subject, long more) {
    return more > MANY
        ? "More than a million further samples would be needed to decide."
        : String.format(
            Locale.ROOT,
            "About %d more sample%s%s would decide, if the estimate stays.",
            more,
            more == 1 ? "" : "s",
            // The baseline's spread stays what it is, however many samples there are here.
            subject instanceof Regression ? ", in the baseline too," : "");
  }

  /** The limit as it was written. */
  private static String limit(Gate gate) {
    return gate.text().replaceFirst("^.*[<>]=", "");
  }

  private static String value(Gate gate, double value) {
    return switch (gate.unit()) {
      case NONE -> Figures.number(value);
      case RATIO -> String.format(Locale.ROOT, "%.3fx", value);
      case MILLISECONDS -> Figures.milliseconds(value);
      case PER_SECOND -> Figures.number(value) + "/s";
    };
  }
}
