package io.dopt.runtime.scheduler;

import java.util.List;

/** {@code final_sigmas_type}: the noise level after the last step. */
enum FinalSigma {
  ZERO,
  SIGMA_MIN;

  static FinalSigma read(SchedulerConfig config) {
    return config.choice("final_sigmas_type", "zero", List.of("zero", "sigma_min")).equals("zero")
        ? ZERO
        : SIGMA_MIN;
  }

  float of(NoiseSchedule schedule) {
    return this == ZERO ? 0 : schedule.sigma(0);
  }
}
