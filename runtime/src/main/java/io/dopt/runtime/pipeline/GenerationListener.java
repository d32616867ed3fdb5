package io.dopt.runtime.pipeline;

import io.dopt.runtime.engine.EngineCall;

/**
 * Told what a generation is doing, on its thread. Every method does nothing unless overridden; one
 * that throws ends the generation.
 */
public interface GenerationListener {
  /** Ignores everything. */
  GenerationListener SILENT =
      new GenerationListener() {
        @Override
        public boolean watchesSteps() {
          return false;
        }
      };

  /**
   * Whether {@link #denoised} and {@link #latents} are wanted. An engine that keeps the loop's
   * tensors to itself cannot give them and runs a loop only for listeners that want neither; {@link
   * #stepFinished} then says that the step was handed to the engine.
   */
  default boolean watchesSteps() {
    return true;
  }

  /**
   * A batch begins.
   *
   * @param firstImage number of its first image
   * @param images how many it has
   * @param steps denoiser calls it takes
   */
  default void batchStarted(int firstImage, int images, int steps) {}

  /**
   * The denoiser was called, and its outputs are there until its next call.
   *
   * @param step from 1
   * @param timestep of the step, as the denoiser was given it
   * @param call its buffers; with guidance, both halves of the batch
   */
  default void denoised(int step, double timestep, EngineCall call) {}

  /** Denoiser call {@code step} of {@code steps} is done, counted from 1. */
  default void stepFinished(int step, int steps) {}

  /**
   * The latents after denoiser call {@code step} of {@code steps}, told before {@link
   * #stepFinished}.
   *
   * @param step counted from 1
   * @param sample of the whole batch, image after image; the loop's own array, valid during the
   *     call only and not to be changed
   * @param images in the batch
   */
  default void latents(int step, int steps, float[] sample, int images) {}

  /** An image is done. */
  default void imageFinished(GeneratedImage image) {}

  /** Something the user should know though it does not stop the generation: one sentence. */
  default void warning(String message) {}
}
