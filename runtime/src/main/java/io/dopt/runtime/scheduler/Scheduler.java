package io.dopt.runtime.scheduler;

import io.dopt.tensor.DoptException;

/**
 * A sampler with the semantics of the diffusers class of the same name.
 *
 * <p>Use: {@code setTimesteps}, draw noise and multiply it by {@link #initNoiseSigma()} (or {@link
 * #addNoise} for image-to-image), then for each index {@code i} of {@link #timesteps()}: {@link
 * #scaleModelInput}, run the denoiser at {@code timesteps()[i]}, {@link #step}. A loop may begin at
 * any index (see {@link #startIndex}) but then takes every following one in order: multistep
 * schedulers keep the history of the calls since {@code setTimesteps}. Samples are float arrays in
 * the {@link SampleLayout} given there. A scheduler serves one loop at a time and is not
 * thread-safe.
 */
public interface Scheduler {
  /** The diffusers class name, with its {@code Scheduler} suffix. */
  String className();

  /**
   * Lays out the timesteps of a loop and forgets the history of the previous one.
   *
   * @param inferenceSteps number of steps, at least 1
   * @param layout of the samples of this loop
   * @throws DoptException USAGE when the class cannot make that many steps
   */
  void setTimesteps(int inferenceSteps, SampleLayout layout);

  /**
   * As {@link #setTimesteps(int, SampleLayout)}, for an explicit list of timesteps.
   *
   * @param timesteps descending, each within {@code [0, trainTimesteps())}
   * @param layout of the samples of this loop
   * @throws DoptException USAGE when the class or its configuration takes no explicit list
   */
  void setTimesteps(int[] timesteps, SampleLayout layout);

  /** What the denoiser is asked for, in order; may have more entries than inference steps. */
  double[] timesteps();

  /** Noise levels of the loop, the final one included; empty for classes that have none. */
  double[] sigmas();

  /** Standard deviation of the noise a loop from pure noise starts with. */
  double initNoiseSigma();

  /**
   * The denoiser's input for a sample.
   *
   * @param sample the current sample
   * @param index into {@link #timesteps()}
   * @param out receives the scaled sample; may be {@code sample} itself
   */
  void scaleModelInput(float[] sample, int index, float[] out);

  /**
   * Advances the sample by one step.
   *
   * @param modelOutput what the denoiser returned (after guidance); left as it is
   * @param index into {@link #timesteps()}
   * @param sample the current sample (unscaled), replaced by the next one
   * @param noise asked once per step by the classes that add noise at this step
   */
  void step(float[] modelOutput, int index, float[] sample, NoiseSource noise);

  /**
   * Noises a clean sample to the level of a timestep.
   *
   * @param original the clean sample
   * @param noise standard normal values
   * @param index into {@link #timesteps()}
   * @param out receives the noisy sample; may be {@code original} itself
   */
  void addNoise(float[] original, float[] noise, int index, float[] out);

  /**
   * How many values the denoiser returns for each of the sample's: 2 where it also predicts a
   * variance, else 1.
   */
  int outputsPerElement();

  /** Number of timesteps the denoiser was trained with. */
  int trainTimesteps();

  /**
   * The index into {@link #timesteps()} at which image-to-image begins, as {@code get_timesteps} of
   * diffusers' image-to-image pipelines.
   *
   * @param strength 0 (keep the image) to 1 (forget it)
   * @throws DoptException USAGE when strength is out of range or leaves no step
   */
  int startIndex(double strength);
}
