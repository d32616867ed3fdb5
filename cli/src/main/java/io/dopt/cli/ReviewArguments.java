package io.dopt.cli;

import io.dopt.evals.gate.GateNames;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import picocli.CommandLine.Option;

/**
 * How a bundle is judged before it appears. What it is compared with, and so what the options mean,
 * differs by command.
 */
abstract class ReviewArguments {
  @Option(
      names = "--gate-count",
      paramLabel = "N",
      converter = NumberConverters.Positive.class,
      description = "Images of each side that the gate compares (default 8).")
  private Integer count;

  @Option(
      names = "--gate-steps",
      paramLabel = "N",
      converter = NumberConverters.Positive.class,
      description = "Denoising steps of each; the pipeline's default, at most 20, when not given.")
  private Integer steps;

  @Option(
      names = "--gate-guidance",
      paramLabel = "SCALE",
      description = "Guidance scale of each; the pipeline's default when not given.")
  private Double guidance;

  /** Limits of {@code --quality-budget}; empty for the default. */
  abstract List<String> budget();

  /** The seed of the first image, when one was given. */
  abstract OptionalLong seed();

  abstract boolean noGate();

  abstract boolean allowFallback();

  abstract boolean allowSlower();

  /**
   * Refuses options where nothing is judged.
   *
   * @throws DoptException (USAGE) naming one
   */
  void requireNone(String reason) {
    List<String> given = new ArrayList<>(ofGate());
    addIf(given, "--no-gate", noGate());
    addIf(given, "--allow-fallback", allowFallback());
    addIf(given, "--allow-slower", allowSlower());
    if (!given.isEmpty()) {
      throw new DoptException(
          ErrorCode.USAGE, given.get(0) + " would have no effect: " + reason + ".");
    }
  }

  /**
   * Refuses options about speed where none is measured.
   *
   * @throws DoptException (USAGE) naming one
   */
  void requireNoSpeed(String reason) {
    if (allowSlower()) {
      throw new DoptException(
          ErrorCode.USAGE, "--allow-slower would have no effect: " + reason + ". Leave it out.");
    }
  }

  /**
   * Refuses options about images where none are compared.
   *
   * @throws DoptException (USAGE) naming one
   */
  void requireNoGate(String reason) {
    if (!ofGate().isEmpty()) {
      throw new DoptException(
          ErrorCode.USAGE, ofGate().get(0) + " would have no effect: " + reason + ".");
    }
  }

  private static DoptException inert(String option, String with) {
    return new DoptException(
        ErrorCode.USAGE, option + " would have no effect with " + with + ". Leave one out.");
  }

  private List<String> ofGate() {
    List<String> given = new ArrayList<>();
    addIf(given, "--quality-budget", !budget().isEmpty());
    addIf(given, "--gate-count", count != null);
    addIf(given, "--gate-steps", steps != null);
    addIf(given, "--gate-guidance", guidance != null);
    addIf(given, "--gate-seed", seed().isPresent());
    return given;
  }

  private static void addIf(List<String> names, String name, boolean given) {
    if (given) {
      names.add(name);
    }
  }

  /**
   * What is asked for.
   *
   * @param names what the budget may limit
   * @param checked whether the engines are tried, too
   * @throws DoptException (USAGE) for options that contradict each other or are no limits
   */
  ReviewOptions options(GateNames names, boolean checked) {
    if (allowFallback() && !checked) {
      throw inert("--allow-fallback", "--no-check");
    }
    if (allowSlower() && !checked && noGate()) {
      throw inert("--allow-slower", "--no-check and --no-gate");
    }
    if (noGate() && !ofGate().isEmpty()) {
      throw inert(ofGate().get(0), "--no-gate");
    }
    if (guidance != null && !Double.isFinite(guidance)) {
      throw new DoptException(ErrorCode.USAGE, "--gate-guidance is a number, not " + guidance);
    }
    return new ReviewOptions(
        allowFallback(),
        allowSlower(),
        !noGate(),
        QualityBudget.parse(budget(), names),
        count == null ? OptionalInt.empty() : OptionalInt.of(count),
        steps == null ? OptionalInt.empty() : OptionalInt.of(steps),
        guidance == null ? OptionalDouble.empty() : OptionalDouble.of(guidance),
        seed());
  }
}
