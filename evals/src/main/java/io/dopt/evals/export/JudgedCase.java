package io.dopt.evals.export;

import io.dopt.evals.report.EvaluationReport;
import io.dopt.evals.report.GateOutcome;
import io.dopt.evals.report.GateResult;
import io.dopt.evals.report.Verdict;
import io.dopt.evals.report.Verdict.Check;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A check or a gate, as all formats see it.
 *
 * @param name of the check, or the gate as it was written
 * @param group {@code images}, {@code quality} or {@code speed}
 * @param rule what it asks for, one sentence
 * @param outcome what became of it
 * @param explanation what was found
 */
record JudgedCase(String name, String group, String rule, GateOutcome outcome, String explanation) {

  /** Checks, then gates. */
  static List<JudgedCase> of(EvaluationReport report) {
    Verdict verdict = report.verdict();
    return Stream.concat(
            verdict.checks().stream().map(JudgedCase::of),
            verdict.gates().stream().map(JudgedCase::of))
        .toList();
  }

  private static JudgedCase of(Check check) {
    return new JudgedCase(
        check.name(),
        "images",
        "Every image is one: nothing infinite or NaN, more than one colour.",
        check.passed() ? GateOutcome.PASS : GateOutcome.FAIL,
        check.explanation());
  }

  private static JudgedCase of(GateResult gate) {
    return new JudgedCase(
        gate.gate(),
        gate.kind().name().toLowerCase(Locale.ROOT),
        "The candidate keeps " + gate.gate() + ".",
        gate.outcome(),
        gate.explanation());
  }
}
