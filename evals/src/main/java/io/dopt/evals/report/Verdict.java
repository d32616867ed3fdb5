package io.dopt.evals.report;

import io.dopt.tensor.ErrorCode;
import java.util.List;
import java.util.Optional;

/**
 * What the checks say together. They ask whether there are images at all, not whether they are as
 * good as the reference's: no check holds a metric against a limit.
 *
 * @param passed whether every check passed
 * @param qualityGated whether a metric had a limit to keep; so far none has
 * @param checks in the order in which they decide
 */
public record Verdict(boolean passed, boolean qualityGated, List<Check> checks) {
  /** The verdict over checks: the first that did not pass decides. */
  public static Verdict of(List<Check> checks) {
    return new Verdict(checks.stream().allMatch(Check::passed), false, List.copyOf(checks));
  }

  /** What was decided, for people: no more than the checks looked at. */
  public String title() {
    return passed ? "SOUND (quality not gated)" : "FAIL";
  }

  /** The check that decides; empty when all passed. */
  public Optional<Check> decidingCheck() {
    return checks.stream().filter(check -> !check.passed()).findFirst();
  }

  /**
   * One condition.
   *
   * @param name in the manner of {@code candidate-images}
   * @param failure how the command ends when this check decides; empty when it passed
   * @param explanation what was found, one sentence
   * @param samples the indices of the samples it failed for, if it is about samples
   */
  public record Check(
      String name, Optional<ErrorCode> failure, String explanation, List<Integer> samples) {
    public Check {
      samples = List.copyOf(samples);
    }

    /** Whether the condition holds. */
    public boolean passed() {
      return failure.isEmpty();
    }
  }
}
