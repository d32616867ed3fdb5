package io.dopt.runtime.scheduler;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How noise levels are spread when they do not follow the timesteps: {@code use_karras_sigmas}
 * (https://arxiv.org/abs/2206.00364, rho 7), {@code use_exponential_sigmas}, {@code
 * use_beta_sigmas} (https://arxiv.org/abs/2407.12173, both parameters 0.6).
 */
enum SigmaSpacing {
  /** The sigmas of the timesteps. */
  TIMESTEPS,
  KARRAS,
  EXPONENTIAL,
  BETA;

  private static final double RHO = 7.0;
  private static final double BETA_SHAPE = 0.6;

  static SigmaSpacing read(SchedulerConfig config) {
    List<SigmaSpacing> chosen = new ArrayList<>();
    for (SigmaSpacing spacing : List.of(KARRAS, EXPONENTIAL, BETA)) {
      if (config.flag(spacing.key(), false)) {
        chosen.add(spacing);
      }
    }
    if (chosen.size() > 1) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          "scheduler_config.json: only one of "
              + String.join(", ", chosen.stream().map(SigmaSpacing::key).toList())
              + " may be true");
    }
    return chosen.isEmpty() ? TIMESTEPS : chosen.get(0);
  }

  /** Why a list of timesteps cannot be honoured, if so. */
  Optional<String> refusesTimesteps() {
    return this == TIMESTEPS ? Optional.empty() : Optional.of(key() + " sets the noise levels");
  }

  /**
   * Noise levels in descending order.
   *
   * @param highest the first
   * @param lowest the last
   * @param count how many
   */
  double[] spread(double highest, double lowest, int count) {
    double[] ramp = TimestepSpacing.linspace(0, 1, count);
    double[] sigmas = new double[count];
    switch (this) {
      case KARRAS -> {
        double from = Math.pow(highest, 1 / RHO);
        double to = Math.pow(lowest, 1 / RHO);
        for (int i = 0; i < count; i++) {
          sigmas[i] = Math.pow(from + ramp[i] * (to - from), RHO);
        }
      }
      case EXPONENTIAL -> {
        double[] logarithms = TimestepSpacing.linspace(Math.log(highest), Math.log(lowest), count);
        for (int i = 0; i < count; i++) {
          sigmas[i] = Math.exp(logarithms[i]);
        }
      }
      case BETA -> {
        SymmetricBeta distribution = new SymmetricBeta(BETA_SHAPE);
        for (int i = 0; i < count; i++) {
          sigmas[i] = lowest + distribution.quantile(1 - ramp[i]) * (highest - lowest);
        }
      }
      case TIMESTEPS -> throw new IllegalStateException("the timesteps set the noise levels");
    }
    return sigmas;
  }

  private String key() {
    return "use_" + name().toLowerCase(Locale.ROOT) + "_sigmas";
  }
}
