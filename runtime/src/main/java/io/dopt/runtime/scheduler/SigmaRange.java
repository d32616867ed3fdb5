package io.dopt.runtime.scheduler;

import java.util.OptionalDouble;

/**
 * {@code sigma_min} and {@code sigma_max}, bounds for a {@link SigmaSpacing} other than that of the
 * timesteps. Not only the classes whose constructors name these keys honour them: diffusers keeps
 * the keys of sibling classes in a converted configuration, and its conversions look for them
 * there.
 *
 * @param lowest {@code sigma_min}, above 0
 * @param highest {@code sigma_max}, above 0
 */
record SigmaRange(OptionalDouble lowest, OptionalDouble highest) {
  static final SigmaRange UNBOUNDED =
      new SigmaRange(OptionalDouble.empty(), OptionalDouble.empty());

  static SigmaRange read(SchedulerConfig config) {
    return new SigmaRange(positive(config, "sigma_min"), positive(config, "sigma_max"));
  }

  private static OptionalDouble positive(SchedulerConfig config, String key) {
    OptionalDouble value = config.optionalNumber(key);
    if (value.isPresent() && !(value.getAsDouble() > 0)) {
      throw config.unsupported(key, "a noise level must be above 0");
    }
    return value;
  }
}
