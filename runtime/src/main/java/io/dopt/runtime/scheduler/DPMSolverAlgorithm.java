package io.dopt.runtime.scheduler;

import io.dopt.runtime.scheduler.LogSnrScheduler.Level;
import java.util.List;

/**
 * {@code algorithm_type}: whether the solver integrates predicted originals ({@code ++}) or
 * predicted noise, and whether it adds fresh noise ({@code sde}). Gives the weights of one update
 * from level {@code s0} to level {@code t}; {@code s1} and {@code s2} are the levels before.
 */
enum DPMSolverAlgorithm {
  DPMSOLVER("dpmsolver", false, false),
  DPMSOLVER_PLUS("dpmsolver++", true, false),
  SDE_DPMSOLVER("sde-dpmsolver", false, true),
  SDE_DPMSOLVER_PLUS("sde-dpmsolver++", true, true);

  private final String configName;
  private final boolean predictsOriginal;
  private final boolean stochastic;

  DPMSolverAlgorithm(String configName, boolean predictsOriginal, boolean stochastic) {
    this.configName = configName;
    this.predictsOriginal = predictsOriginal;
    this.stochastic = stochastic;
  }

  /** Reads the key; {@code deis}, a sibling's, stands for the default, as in diffusers. */
  static DPMSolverAlgorithm read(SchedulerConfig config) {
    String chosen =
        config.choice(
            "algorithm_type",
            "dpmsolver++",
            List.of("dpmsolver", "dpmsolver++", "sde-dpmsolver", "sde-dpmsolver++", "deis"));
    for (DPMSolverAlgorithm algorithm : values()) {
      if (algorithm.configName.equals(chosen)) {
        return algorithm;
      }
    }
    return DPMSOLVER_PLUS;
  }

  boolean predictsOriginal() {
    return predictsOriginal;
  }

  boolean isStochastic() {
    return stochastic;
  }

  @Override
  public String toString() {
    return configName;
  }

  DPMSolverWeights firstOrder(Level t, Level s0) {
    float h = t.lambda() - s0.lambda();
    return new DPMSolverWeights(
        1, sampleWeight(t, s0, h), outputWeight(t, h), 0, 0, noiseWeight(t, h), 1, 1);
  }

  DPMSolverWeights secondOrder(Level t, Level s0, Level s1, boolean heun) {
    float h = t.lambda() - s0.lambda();
    float output = outputWeight(t, h);
    return new DPMSolverWeights(
        2,
        sampleWeight(t, s0, h),
        output,
        heun ? slopeWeight(t, h) : 0.5f * output,
        0,
        noiseWeight(t, h),
        (s0.lambda() - s1.lambda()) / h,
        1);
  }

  DPMSolverWeights thirdOrder(Level t, Level s0, Level s1, Level s2) {
    float h = t.lambda() - s0.lambda();
    return new DPMSolverWeights(
        3,
        sampleWeight(t, s0, h),
        outputWeight(t, h),
        slopeWeight(t, h),
        curvatureWeight(t, h),
        noiseWeight(t, h),
        (s0.lambda() - s1.lambda()) / h,
        (s1.lambda() - s2.lambda()) / h);
  }

  private float sampleWeight(Level t, Level s0, float h) {
    return switch (this) {
      case DPMSOLVER, SDE_DPMSOLVER -> t.alpha() / s0.alpha();
      case DPMSOLVER_PLUS -> t.sigma() / s0.sigma();
      case SDE_DPMSOLVER_PLUS -> t.sigma() / s0.sigma() * Float32.exp(-h);
    };
  }

  private float outputWeight(Level t, float h) {
    return switch (this) {
      case DPMSOLVER -> -(t.sigma() * (Float32.exp(h) - 1));
      case DPMSOLVER_PLUS -> -(t.alpha() * (Float32.exp(-h) - 1));
      case SDE_DPMSOLVER -> -2 * (t.sigma() * (Float32.exp(h) - 1));
      case SDE_DPMSOLVER_PLUS -> t.alpha() * (1 - Float32.exp(-2 * h));
    };
  }

  private float slopeWeight(Level t, float h) {
    return switch (this) {
      case DPMSOLVER -> -(t.sigma() * ((Float32.exp(h) - 1) / h - 1));
      case DPMSOLVER_PLUS -> t.alpha() * ((Float32.exp(-h) - 1) / h + 1);
      case SDE_DPMSOLVER -> -2 * (t.sigma() * ((Float32.exp(h) - 1) / h - 1));
      case SDE_DPMSOLVER_PLUS -> t.alpha() * ((1 - Float32.exp(-2 * h)) / (-2 * h) + 1);
    };
  }

  private float curvatureWeight(Level t, float h) {
    return switch (this) {
      case DPMSOLVER -> -(t.sigma() * ((Float32.exp(h) - 1 - h) / (h * h) - 0.5f));
      case DPMSOLVER_PLUS -> -(t.alpha() * ((Float32.exp(-h) - 1 + h) / (h * h) - 0.5f));
      case SDE_DPMSOLVER_PLUS ->
          t.alpha() * ((1 - Float32.exp(-2 * h) - 2 * h) / (4 * h * h) - 0.5f);
      case SDE_DPMSOLVER -> throw new IllegalStateException("sde-dpmsolver has no third order");
    };
  }

  private float noiseWeight(Level t, float h) {
    return switch (this) {
      case DPMSOLVER, DPMSOLVER_PLUS -> 0;
      case SDE_DPMSOLVER -> t.sigma() * Float32.sqrt(Float32.exp(2 * h) - 1);
      case SDE_DPMSOLVER_PLUS -> t.sigma() * Float32.sqrt(1 - Float32.exp(-2 * h));
    };
  }
}
