package io.dopt.tensorrt.engine;

import io.dopt.runtime.engine.ComponentEngines;
import io.dopt.runtime.engine.EngineCall;
import io.dopt.runtime.engine.HostDenoisingLoop;
import io.dopt.runtime.engine.LoopPlan;
import io.dopt.runtime.engine.LoopingCall;
import io.dopt.runtime.engine.StepObserver;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A loop over the models of {@link PlanFixture} with every kind of row. */
final class FixtureLoop {
  private static final int STEPS = 7;
  private static final int COPIES = 2;
  private static final long SEED = 3;

  private FixtureLoop() {}

  static LoopPlan plan() {
    Random random = new Random(SEED);
    int rows = LoopPlan.rows(STEPS, COPIES, 1);
    double[] timesteps = new double[STEPS];
    float[][] coefficients = new float[STEPS + 1][rows];
    for (int step = 0; step <= STEPS; step++) {
      for (int row = 0; row < 1 + step * COPIES; row++) {
        coefficients[step][row] = random.nextFloat() - 0.5f;
      }
      coefficients[step][rows - 1] = step < 3 ? 0 : 0.3f;
      if (step < STEPS) {
        timesteps[step] = 999 - 100 * step;
      }
    }
    return new LoopPlan(timesteps, coefficients, COPIES, normal(random), List.of(normal(random)));
  }

  private static float[] normal(Random random) {
    float[] values = new float[PlanFixture.ELEMENTS];
    for (int index = 0; index < values.length; index++) {
      values[index] = (float) random.nextGaussian();
    }
    return values;
  }

  /** Through the host's memory, by whatever engines the bundle has. */
  static float[] onHost(ComponentEngines engines) {
    LoopPlan plan = plan();
    try (EngineCall denoiser = engines.prepare(PlanFixture.DENOISER, Map.of());
        EngineCall sampler = engines.prepare(LoopPlan.SAMPLER, plan.samplerBindings())) {
      return new HostDenoisingLoop(denoiser).denoise(sampler, plan, StepObserver.NONE);
    }
  }

  /** In the engine, twice, of which the second is returned. */
  static float[] onDevice(ComponentEngines engines) {
    LoopPlan plan = plan();
    try (EngineCall denoiser = engines.prepare(PlanFixture.DENOISER, Map.of());
        EngineCall sampler = engines.prepare(LoopPlan.SAMPLER, plan.samplerBindings())) {
      LoopingCall looping = (LoopingCall) denoiser;
      looping.denoise(sampler, plan, StepObserver.NONE);
      return looping.denoise(sampler, plan, StepObserver.NONE);
    }
  }
}
