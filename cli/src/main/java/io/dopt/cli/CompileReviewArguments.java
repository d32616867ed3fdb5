package io.dopt.cli;

import java.util.List;
import java.util.OptionalLong;
import picocli.CommandLine.Option;

/** How {@code dopt compile} judges what it quantized: against the model in float32. */
final class CompileReviewArguments extends ReviewArguments {
  @Option(
      names = "--quality-budget",
      paramLabel = "LIMIT",
      description =
          "How much worse than in float32 images may be: psnr>=30, ssim>=0.9, psnr.p05>=25,"
              + " clip.delta>=-0.005; may be repeated. Without: psnr>=30 for auto, 34 for int8-weight,"
              + " 24 for int4-weight, 28 for others.")
  private List<String> budget = List.of();

  @Option(
      names = "--gate-seed",
      paramLabel = "N",
      description = "Seed of the first; the calibration's plus 100000 when not given.")
  private Long seed;

  @Option(names = "--no-gate", description = "Do not compare images with those in float32.")
  private boolean noGate;

  @Option(
      names = "--allow-fallback",
      description = "Only warn of layers that the engine computes otherwise than planned.")
  private boolean allowFallback;

  @Option(
      names = "--allow-slower",
      description =
          "Only warn when a denoiser with int8 layers (of plans: int8 or fp8) is slower than the one"
              + " that is not quantized; without such layers, slower is a warning anyway.")
  private boolean allowSlower;

  @Override
  List<String> budget() {
    return budget;
  }

  @Override
  OptionalLong seed() {
    return seed == null ? OptionalLong.empty() : OptionalLong.of(seed);
  }

  @Override
  boolean noGate() {
    return noGate;
  }

  @Override
  boolean allowFallback() {
    return allowFallback;
  }

  @Override
  boolean allowSlower() {
    return allowSlower;
  }
}
