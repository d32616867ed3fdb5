package io.dopt.runtime.engine;

/**
 * The loop of a {@link LoopPlan} over any two calls, with copies through the host's memory: what a
 * loop on a device is compared with.
 */
public final class HostDenoisingLoop implements LoopingCall {
  private final EngineCall denoiser;

  /**
   * @param denoiser all else is passed on to; closed with this
   */
  public HostDenoisingLoop(EngineCall denoiser) {
    this.denoiser = denoiser;
  }

  @Override
  public float[] denoise(EngineCall sampler, LoopPlan plan, StepObserver observer) {
    TensorBuffer coefficients = sampler.input(LoopPlan.COEFFICIENTS);
    TensorBuffer history = sampler.input(LoopPlan.HISTORY);
    TensorBuffer sampled = sampler.output(LoopPlan.SAMPLE);
    TensorBuffer sample = denoiser.input(LoopPlan.DENOISER_SAMPLE);
    TensorBuffer timestep = denoiser.input(LoopPlan.DENOISER_TIMESTEP);
    TensorBuffer output = denoiser.output(LoopPlan.DENOISER_OUTPUT);
    int elements = plan.elements();
    float[] rows = new float[plan.copies() * elements];
    plan.writeHistory(history);
    for (int step = 0; step < plan.steps(); step++) {
      multiply(sampler, coefficients, plan, step);
      sampled.get(0, rows);
      sample.put(0, rows);
      timestep.put(0, (float) plan.timesteps()[step]);
      denoiser.run();
      output.get(0, rows);
      history.put(plan.outputRow(step, 0) * elements, rows);
      if (!observer.enqueued(step + 1)) {
        throw plan.interrupted(step + 1);
      }
    }
    multiply(sampler, coefficients, plan, plan.steps());
    float[] latents = new float[elements];
    sampled.get(0, latents);
    return latents;
  }

  private static void multiply(
      EngineCall sampler, TensorBuffer coefficients, LoopPlan plan, int step) {
    float[] row = plan.coefficients()[step];
    for (int copy = 0; copy < plan.copies(); copy++) {
      coefficients.put(copy * row.length, row);
    }
    sampler.run();
  }

  @Override
  public TensorBuffer input(String name) {
    return denoiser.input(name);
  }

  @Override
  public TensorBuffer output(String name) {
    return denoiser.output(name);
  }

  @Override
  public void run() {
    denoiser.run();
  }

  @Override
  public void close() {
    denoiser.close();
  }
}
