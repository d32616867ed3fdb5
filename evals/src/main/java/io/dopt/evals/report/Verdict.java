package io.dopt.evals.report;

import io.dopt.tensor.ErrorCode;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What checks and gates say together. Checks ask whether there are images at all; gates hold what
 * was measured against a limit.
 *
 * @param passed whether every check and every gate passed
 * @param qualityGated whether a gate was about quality
 * @param checks whether there are images
 * @param gates in the order in which they were asked for
 */
public record Verdict(
    boolean passed, boolean qualityGated, List<Check> checks, List<GateResult> gates) {

  /** From the worst to the mildest: what failed outweighs what could not be decided. */
  private static final List<ErrorCode> PRECEDENCE =
      List.of(ErrorCode.QUALITY, ErrorCode.SPEED, ErrorCode.UNSUPPORTED, ErrorCode.INCONCLUSIVE);

  public Verdict {
    checks = List.copyOf(checks);
    gates = List.copyOf(gates);
  }

  /** The verdict without gates. */
  public static Verdict of(List<Check> checks) {
    return of(checks, List.of());
  }

  /** The verdict over checks and gates. */
  public static Verdict of(List<Check> checks, List<GateResult> gates) {
    return new Verdict(
        checks.stream().allMatch(Check::passed)
            && gates.stream().allMatch(gate -> gate.outcome() == GateOutcome.PASS),
        gates.stream().anyMatch(gate -> gate.kind() == GateKind.QUALITY),
        checks,
        gates);
  }

  /** What was decided, for people: no more than checks and gates looked at. */
  public String title() {
    if (passed) {
      return qualityGated
          ? "PASS"
          : gates.isEmpty() ? "SOUND (quality not gated)" : "PASS (quality not gated)";
    }
    return decision().orElseThrow().failure() == ErrorCode.INCONCLUSIVE ? "INCONCLUSIVE" : "FAIL";
  }

  /**
   * What decides how a command ends: a failed check, else the first gate that failed on quality,
   * then on speed, then that could not be judged, then that the samples do not decide.
   *
   * @return empty when everything passed
   */
  public Optional<Decision> decision() {
    Stream<Decision> ofChecks =
        checks.stream()
            .flatMap(
                check ->
                    check.failure().stream()
                        .map(failure -> new Decision(failure, check.explanation())));
    return ofChecks
        .findFirst()
        .or(() -> PRECEDENCE.stream().flatMap(this::gatesEndingWith).findFirst());
  }

  private Stream<Decision> gatesEndingWith(ErrorCode failure) {
    return gates.stream()
        .filter(gate -> gate.failure().equals(Optional.of(failure)))
        .map(gate -> new Decision(failure, gate.explanation()));
  }

  /**
   * What decided.
   *
   * @param failure how the command ends
   * @param explanation one paragraph
   */
  public record Decision(ErrorCode failure, String explanation) {}

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
