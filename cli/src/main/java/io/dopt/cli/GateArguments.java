package io.dopt.cli;

import io.dopt.evals.Criteria;
import io.dopt.evals.Evaluation;
import io.dopt.evals.Reference;
import io.dopt.evals.baseline.Baseline;
import io.dopt.evals.gate.Gate;
import io.dopt.evals.gate.GateNames;
import io.dopt.evals.report.GateKind;
import io.dopt.runtime.build.BuildPackage;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options of {@code eval} that decide its verdict. */
final class GateArguments {
  @Option(
      names = "--gate",
      paramLabel = "GATE",
      description =
          "A limit to keep against the reference, in the manner of psnr.p05>=25,"
              + " ssim.mean>=0.9, clip.delta>=-0.01, latency.p50<=0.5x or throughput>=2x; may be"
              + " given several times. It passes or fails when the whole 95%% interval does; else"
              + " it is inconclusive.")
  private List<String> gates = List.of();

  @Option(
      names = "--baseline",
      paramLabel = "REPORT",
      description =
          "The report of an earlier evaluation to compare with, its folder or report.json; gates such as"
              + " psnr.regression<=0.5 are judged by it.")
  private Path baseline;

  @Option(
      names = "--no-noise-floor",
      description =
          "Do not run a reference bundle once more on another number of threads, for up to "
              + Criteria.USUAL_NOISE_FLOOR_SAMPLES
              + " samples, to show the noise floor.")
  private boolean noNoiseFloor;

  /**
   * @param names what gates may name
   * @param candidate the bundle that is judged
   * @throws DoptException (USAGE, UNSUPPORTED) for what is no gate or cannot be one; (IO,
   *     BAD_INPUT) for a baseline that is no report
   */
  Criteria criteria(GateNames names, Path candidate, Reference reference) {
    if (!gates.isEmpty() && reference instanceof Reference.Itself) {
      throw new DoptException(
          ErrorCode.USAGE,
          "--gate compares with a reference; name a bundle or a folder of images with --against.");
    }
    if (noNoiseFloor && !(reference instanceof Reference.OtherBundle)) {
      throw new DoptException(
          ErrorCode.USAGE,
          "--no-noise-floor leaves out what only a reference bundle has; name one with --against.");
    }
    List<Gate> parsed = gates.stream().map(gate -> Gate.parse(gate, names)).toList();
    requireRealTimes(parsed, candidate);
    if (reference instanceof Reference.OtherBundle other) {
      requireRealTimes(parsed, other.folder());
    }
    return new Criteria(
        parsed,
        Optional.ofNullable(baseline)
            .map(path -> Files.isDirectory(path) ? path.resolve(Evaluation.REPORT_JSON) : path)
            .map(Baseline::read),
        noNoiseFloor ? 0 : Criteria.USUAL_NOISE_FLOOR_SAMPLES);
  }

  /** What is imitated has times that are no plan's. */
  private static void requireRealTimes(List<Gate> gates, Path folder) {
    if (gates.stream().noneMatch(gate -> gate.subject().kind() == GateKind.SPEED)) {
      return;
    }
    if (BuildPackage.isPackage(Bundle.open(folder))) {
      throw new DoptException(
          ErrorCode.USAGE,
          String.format(
              "--gate %s cannot be judged: %s is a build package, whose engines are imitated on the"
                  + " CPU, so that its times mean nothing. Gate the bundle that 'dopt build' makes of"
                  + " it, or leave out limits on speed.",
              gates.stream()
                  .filter(gate -> gate.subject().kind() == GateKind.SPEED)
                  .map(Gate::text)
                  .findFirst()
                  .orElseThrow(),
              folder));
    }
  }
}
