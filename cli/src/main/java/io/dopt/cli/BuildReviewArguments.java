package io.dopt.cli;

import java.util.List;
import java.util.OptionalLong;
import picocli.CommandLine.Option;

/** How {@code dopt build} judges plans: against those of {@code --against}. */
final class BuildReviewArguments extends ReviewArguments {
  @Option(
      names = "--quality-budget",
      paramLabel = "LIMIT",
      description =
          "How much worse than those of --against images may be: psnr>=30, ssim>=0.9, psnr.p05>=25,"
              + " clip.delta>=-0.005; may be repeated. Without: psnr>=28, or 24 with 4-bit weights.")
  private List<String> budget = List.of();

  @Option(
      names = "--gate-seed",
      paramLabel = "N",
      description = "Seed of the first image; 100000 when not given.")
  private Long seed;

  @Option(names = "--no-gate", description = "Do not compare images with those of --against.")
  private boolean noGate;

  @Option(
      names = "--allow-slower",
      description = "Only warn when the denoiser is slower than that of --against.")
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

  /** What the engine computes otherwise than planned is a warning of every build. */
  @Override
  boolean allowFallback() {
    return false;
  }

  @Override
  boolean allowSlower() {
    return allowSlower;
  }
}
