package io.dopt.cli;

import io.dopt.evals.Reference;
import io.dopt.evals.cost.Costing;
import io.dopt.evals.cost.PriceFile;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import picocli.CommandLine.Option;

/** The options of {@code eval} that turn times into money. */
final class CostArguments {
  @Option(
      names = "--prices",
      paramLabel = "FILE",
      description =
          "A JSON file with what this machine costs: currency, machinePerHour and, if wanted,"
              + " energyPerKilowattHour and framesPerSecond; the report then says what images, and"
              + " a second of video, cost.")
  private Path prices;

  @Option(
      names = "--compile-seconds",
      paramLabel = "N",
      description =
          "How long compiling the bundle took; the report then says after how many images that is"
              + " won back against the bundle named with --against.")
  private Double compileSeconds;

  /**
   * @throws DoptException (USAGE) for a compile time that cannot be, or has nothing to be won back
   *     against; (IO, BAD_INPUT) for prices that cannot be read
   */
  Costing costing(Reference reference) {
    if (compileSeconds == null) {
      return new Costing(Optional.ofNullable(prices).map(PriceFile::read), OptionalDouble.empty());
    }
    if (compileSeconds <= 0) {
      throw new DoptException(
          ErrorCode.USAGE, "--compile-seconds must be above 0, but is " + compileSeconds + ".");
    }
    if (!(reference instanceof Reference.OtherBundle)) {
      throw new DoptException(
          ErrorCode.USAGE,
          "--compile-seconds is won back against another bundle; name one with --against.");
    }
    return new Costing(
        Optional.ofNullable(prices).map(PriceFile::read), OptionalDouble.of(compileSeconds));
  }
}
