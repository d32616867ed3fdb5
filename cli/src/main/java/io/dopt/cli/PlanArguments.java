package io.dopt.cli;

import io.dopt.quantizer.PrecisionPlan;
import io.dopt.quantizer.search.PlanFile;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where {@code dopt compile} has the precision of every layer from, and where it writes it. */
final class PlanArguments {
  @Option(
      names = "--plan",
      paramLabel = "FILE",
      description = "With --precision auto: take what --plan-output wrote, in place of a search.")
  private Path plan;

  @Option(
      names = "--plan-output",
      paramLabel = "FILE",
      description =
          "Write the precision of every layer, for --plan; --force replaces a file that exists.")
  private Path planOutput;

  /** The plan to take. */
  Optional<Path> plan() {
    return Optional.ofNullable(plan);
  }

  /**
   * Refuses a place for the plan that is taken, before the work that makes it.
   *
   * @param force whether a file that exists is replaced
   * @throws DoptException (IO) naming it
   */
  void requireFree(boolean force) {
    if (planOutput != null) {
      OutputFile.requireFree(planOutput, force);
    }
  }

  /** Writes the plan where it is wanted. */
  void write(PrecisionPlan chosen) {
    if (planOutput != null) {
      OutputFile.createFolder(planOutput);
      PlanFile.write(planOutput, Calibration.DENOISER, chosen);
    }
  }

  /**
   * Refuses what would have no effect.
   *
   * @throws DoptException (USAGE) naming it
   */
  void requireEffect(boolean auto, boolean quantizes) {
    if (plan != null && !auto) {
      throw new DoptException(
          ErrorCode.USAGE,
          "--plan says the precision of every layer, and --precision another. Give --precision auto"
              + " with a plan.");
    }
    if (planOutput != null && !quantizes) {
      throw new DoptException(
          ErrorCode.USAGE, "--plan-output would have no effect: nothing is quantized.");
    }
  }
}
