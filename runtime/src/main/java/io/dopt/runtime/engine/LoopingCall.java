package io.dopt.runtime.engine;

import io.dopt.tensor.DoptException;

/**
 * A denoiser's call that can run a whole denoising loop where its tensors live: between two steps
 * nothing is copied to the host and back. What a step computes is described in {@link LoopPlan};
 * {@link HostDenoisingLoop} is the same by the plain methods of {@link EngineCall}, and what an
 * implementation is compared with.
 */
public interface LoopingCall extends EngineCall {
  /**
   * Denoises one batch. The conditioning inputs of this call are used as they are; {@link
   * LoopPlan#DENOISER_SAMPLE} and {@link LoopPlan#DENOISER_TIMESTEP} are set by the loop. What the
   * buffers of both calls hold afterwards is not said. May be called again with any plan of the
   * same {@link LoopPlan#samplerBindings}.
   *
   * @param sampler a call of the component {@link LoopPlan#SAMPLER}, prepared by the same {@link
   *     ComponentEngines} with {@link LoopPlan#samplerBindings}
   * @param observer told after each step was handed to the engine
   * @return the final latents of the batch, {@link LoopPlan#elements} values
   * @throws DoptException (INTERRUPTED) when the observer stops it; (ENGINE) when the engine fails
   */
  float[] denoise(EngineCall sampler, LoopPlan plan, StepObserver observer);
}
