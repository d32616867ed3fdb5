package io.dopt.runtime.scheduler;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;

/**
 * The noise added at each training step, from {@code num_train_timesteps}, {@code beta_start},
 * {@code beta_end}, {@code beta_schedule} and {@code trained_betas}.
 *
 * @param start default of {@code beta_start}
 * @param end default of {@code beta_end}
 * @param name default of {@code beta_schedule}
 * @param extraNames schedules that only this class knows, beside the common three
 */
record BetaSchedule(double start, double end, String name, List<String> extraNames) {
  static final List<String> COMMON = List.of("linear", "scaled_linear", "squaredcos_cap_v2");
  private static final double MAXIMUM = 0.999;

  /** The defaults that most classes share. */
  static BetaSchedule linear(String... extraNames) {
    return new BetaSchedule(0.0001, 0.02, "linear", List.of(extraNames));
  }

  /** Reads the betas, one per training timestep, in float32. */
  float[] read(SchedulerConfig config) {
    int count = config.integer("num_train_timesteps", 1000, 1, 100_000);
    double first = config.number("beta_start", start);
    double last = config.number("beta_end", end);
    List<String> names = new ArrayList<>(COMMON);
    names.addAll(extraNames);
    String schedule = config.choice("beta_schedule", name, names);
    Optional<float[]> trained = config.optionalNumbers("trained_betas");
    if (trained.isPresent()) {
      if (trained.get().length != count) {
        throw new DoptException(
            ErrorCode.BAD_INPUT,
            "scheduler_config.json: trained_betas has "
                + trained.get().length
                + " values but num_train_timesteps is "
                + count);
      }
      return trained.get();
    }
    return switch (schedule) {
      case "linear" -> Float32.linspace(first, last, count);
      case "scaled_linear" -> squares(Float32.linspace(Math.sqrt(first), Math.sqrt(last), count));
      case "squaredcos_cap_v2" ->
          fromAlphaBar(count, t -> square(Math.cos((t + 0.008) / 1.008 * Math.PI / 2)));
      case "exp" -> fromAlphaBar(count, t -> Math.exp(t * -12.0));
      case "laplace" -> fromAlphaBar(count, BetaSchedule::laplace);
      case "sigmoid" -> sigmoid(count, first, last);
      default -> throw new IllegalStateException(schedule);
    };
  }

  /** Betas whose running product of {@code 1 - beta} follows a function of time in 0 to 1. */
  private static float[] fromAlphaBar(int count, DoubleUnaryOperator alphaBar) {
    float[] betas = new float[count];
    for (int i = 0; i < count; i++) {
      double from = alphaBar.applyAsDouble((double) i / count);
      double to = alphaBar.applyAsDouble((double) (i + 1) / count);
      betas[i] = (float) Math.min(1 - to / from, MAXIMUM);
    }
    return betas;
  }

  private static double laplace(double t) {
    double logSnr = -0.5 * Math.copySign(1, 0.5 - t) * Math.log(1 - 2 * Math.abs(0.5 - t) + 1e-6);
    double snr = Math.exp(logSnr);
    return Math.sqrt(snr / (1 + snr));
  }

  private static float[] sigmoid(int count, double first, double last) {
    float[] betas = Float32.linspace(-6, 6, count);
    for (int i = 0; i < count; i++) {
      betas[i] = 1 / (1 + Float32.exp(-betas[i])) * (float) (last - first) + (float) first;
    }
    return betas;
  }

  private static float[] squares(float[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] *= values[i];
    }
    return values;
  }

  private static double square(double value) {
    return value * value;
  }
}
