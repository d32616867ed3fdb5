package io.dopt.runtime.scheduler;

import java.util.List;
import java.util.Locale;

/**
 * {@code timestep_spacing}: how inference timesteps are spread over the training timesteps (Table 2
 * of https://arxiv.org/abs/2305.08891).
 *
 * <p>One deliberate difference from diffusers: {@code trailing} always gives the number of steps
 * asked for. There, rounding in {@code numpy.arange} adds a step at timestep -1 for some counts (61
 * of 1000 is the first), which reads the noise level of the wrong end.
 */
enum TimestepSpacing {
  LINSPACE,
  LEADING,
  TRAILING;

  static TimestepSpacing read(SchedulerConfig config, TimestepSpacing fallback) {
    return valueOf(
        config
            .choice(
                "timestep_spacing",
                fallback.name().toLowerCase(Locale.ROOT),
                List.of("linspace", "leading", "trailing"))
            .toUpperCase(Locale.ROOT));
  }

  /** Reads {@code steps_offset}, added to {@code LEADING} timesteps. */
  static int readOffset(SchedulerConfig config) {
    return config.integer("steps_offset", 0, 0, 100_000);
  }

  /**
   * Timesteps in descending order, those of {@code LINSPACE} not rounded.
   *
   * @param trainTimesteps number of training timesteps
   * @param steps how many to give
   * @param offset as {@link #readOffset}
   */
  double[] spread(int trainTimesteps, int steps, int offset) {
    return switch (this) {
      case LINSPACE -> descending(linspace(0, trainTimesteps - 1, steps), steps);
      case LEADING -> descending(multiples(trainTimesteps / steps, steps, offset), steps);
      case TRAILING -> trailing(trainTimesteps, (double) trainTimesteps / steps, steps);
    };
  }

  /**
   * As {@link #spread}, for the solvers that lay out one step more and leave out the lowest, and
   * whose highest timestep may lie below the last one.
   *
   * @param highest one more than the highest timestep to reach
   */
  double[] spreadAboveLowest(int trainTimesteps, int highest, int steps, int offset) {
    return switch (this) {
      case LINSPACE -> descending(linspace(0, highest - 1, steps + 1), steps);
      case LEADING -> descending(multiples(highest / (steps + 1), steps + 1, offset), steps);
      case TRAILING -> trailing(highest, (double) trainTimesteps / steps, steps);
    };
  }

  /** {@code numpy.linspace} in double precision. */
  static double[] linspace(double start, double end, int count) {
    double[] values = new double[count];
    double step = (end - start) / (count - 1);
    for (int i = 0; i < count; i++) {
      values[i] = i == count - 1 && i > 0 ? end : i == 0 ? start : i * step + start;
    }
    return values;
  }

  private static double[] multiples(int ratio, int count, int offset) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = (double) i * ratio + offset;
    }
    return values;
  }

  private static double[] trailing(int highest, double ratio, int steps) {
    int count = (int) Math.min(steps, Math.ceil(highest / ratio));
    // numpy.arange steps by the difference of its first two values, not by the ratio itself
    double difference = highest - (highest - ratio);
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = Math.rint(highest - i * difference) - 1;
    }
    return values;
  }

  private static double[] descending(double[] ascending, int count) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = ascending[ascending.length - 1 - i];
    }
    return values;
  }
}
