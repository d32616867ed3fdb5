package io.dopt.runtime.pipeline;

import io.dopt.runtime.engine.ComponentEngines;
import io.dopt.runtime.engine.LoopPlan;
import io.dopt.runtime.noise.BatchNoise;
import io.dopt.runtime.noise.NoiseStream;
import io.dopt.runtime.noise.NormalGenerator;
import io.dopt.runtime.scheduler.NoiseSource;
import io.dopt.runtime.scheduler.SampleLayout;
import io.dopt.runtime.scheduler.Scheduler;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The denoising loop over the batches of a request. Denoiser and arrays are kept between batches of
 * one size; nothing is allocated per step.
 */
final class BatchLoop implements AutoCloseable {
  private final GenerationPlan plan;
  private final ComponentEngines engines;
  private final GenerationListener listener;
  private final StageTimings.Recorder timings;
  private final int perImage;
  private final Optional<ImageEncoder> initial;
  private final EngineLoop engineLoop;
  private Optional<Denoiser> denoiser = Optional.empty();
  private int denoiserBatch;

  BatchLoop(
      GenerationPlan plan,
      ComponentEngines engines,
      LatentScaling scaling,
      GenerationListener listener,
      StageTimings.Recorder timings) {
    this.plan = plan;
    this.engines = engines;
    this.listener = listener;
    this.timings = timings;
    this.perImage = Math.toIntExact(plan.latentShape().stream().reduce(1L, (a, b) -> a * b));
    this.initial =
        plan.initialImage().map(image -> new ImageEncoder(engines, image, scaling, timings));
    this.engineLoop = new EngineLoop(plan, engines, listener);
  }

  /**
   * Denoises one batch.
   *
   * @param first number of its first image in the request
   * @param conditional unet inputs of each image
   * @param unconditional the same of the negative prompts; empty without guidance
   * @return the final latents of each image
   */
  List<float[]> run(
      int first, List<Map<String, float[]>> conditional, List<Map<String, float[]>> unconditional) {
    int images = conditional.size();
    Scheduler scheduler = plan.scheduler();
    SampleLayout layout = new SampleLayout(images, perImage);
    plan.layOutTimesteps(layout);
    int start = initial.isPresent() ? scheduler.startIndex(plan.strength()) : 0;
    float[] sample = start(first, images, start);
    Denoiser unet = denoiser(images, conditional.get(0).get("encoder_hidden_states").length);
    for (int image = 0; image < images; image++) {
      unet.condition(
          image,
          conditional.get(image),
          unconditional.isEmpty() ? Map.of() : unconditional.get(image));
    }
    long before = System.nanoTime();
    Optional<LoopPlan> inEngine = engineLoop.plan(unet.call(), first, images, start, sample);
    plan.layOutTimesteps(layout);
    timings.scheduler += System.nanoTime() - before;
    if (inEngine.isPresent()) {
      sample = denoise(first, images, inEngine.get(), unet);
    } else {
      denoise(first, images, start, sample, unet);
    }
    List<float[]> latents = new ArrayList<>();
    for (int image = 0; image < images; image++) {
      latents.add(Arrays.copyOfRange(sample, image * perImage, (image + 1) * perImage));
    }
    return latents;
  }

  /** The denoiser's calls cannot be told apart: each is said to have taken its share. */
  private float[] denoise(int first, int images, LoopPlan loop, Denoiser unet) {
    listener.batchStarted(first, images, loop.steps());
    requireNotInterrupted(0, loop.steps());
    long started = System.nanoTime();
    float[] latents = engineLoop.run(unet.call(), loop);
    long elapsed = System.nanoTime() - started;
    timings.loop += elapsed;
    timings.denoise.addAll(Collections.nCopies(loop.steps(), elapsed / loop.steps()));
    return latents;
  }

  private void denoise(int first, int images, int start, float[] sample, Denoiser unet) {
    Scheduler scheduler = plan.scheduler();
    double[] timesteps = scheduler.timesteps();
    int steps = timesteps.length - start;
    NoiseSource noise =
        new BatchNoise(plan.request().seed() + first, images, NoiseStream.SCHEDULER);
    float[] scaled = new float[sample.length];
    listener.batchStarted(first, images, steps);
    long loopStarted = System.nanoTime();
    for (int index = start; index < timesteps.length; index++) {
      requireNotInterrupted(index - start, steps);
      long before = System.nanoTime();
      scheduler.scaleModelInput(sample, index, scaled);
      timings.scheduler += System.nanoTime() - before;
      float[] prediction = unet.predict(scaled, timesteps[index]);
      listener.denoised(index - start + 1, timesteps[index], unet.call());
      before = System.nanoTime();
      scheduler.step(prediction, index, sample, noise);
      timings.scheduler += System.nanoTime() - before;
      listener.latents(index - start + 1, steps, sample, images);
      listener.stepFinished(index - start + 1, steps);
    }
    timings.loop += System.nanoTime() - loopStarted;
  }

  private static void requireNotInterrupted(int done, int steps) {
    if (Thread.interrupted()) {
      throw new DoptException(
          ErrorCode.INTERRUPTED, "Interrupted after " + done + " of " + steps + " steps.");
    }
  }

  /** Pure noise, or the noised initial image. */
  private float[] start(int first, int images, int startIndex) {
    float[] noise = noise(first, images);
    if (initial.isEmpty()) {
      float sigma = (float) plan.scheduler().initNoiseSigma();
      for (int i = 0; i < noise.length; i++) {
        noise[i] *= sigma;
      }
      return noise;
    }
    float[] clean = new float[noise.length];
    for (int image = 0; image < images; image++) {
      float[] latents = initial.get().latents(posteriorNoise(first + image));
      System.arraycopy(latents, 0, clean, image * perImage, perImage);
    }
    plan.scheduler().addNoise(clean, noise, startIndex, clean);
    return clean;
  }

  private float[] noise(int first, int images) {
    float[] noise = new float[images * perImage];
    if (plan.latents().isEmpty()) {
      new BatchNoise(plan.request().seed() + first, images, NoiseStream.INITIAL).fill(noise);
      return noise;
    }
    for (int image = 0; image < images; image++) {
      System.arraycopy(
          ofImage(plan.latents().get(), first + image), 0, noise, image * perImage, perImage);
    }
    return noise;
  }

  private Optional<float[]> posteriorNoise(int image) {
    Posterior posterior = plan.request().initialImage().orElseThrow().posterior();
    if (posterior instanceof Posterior.Mean) {
      return Optional.empty();
    }
    if (posterior instanceof Posterior.Given given) {
      return Optional.of(ofImage(given.noise().toFloats(), image));
    }
    float[] noise = new float[perImage];
    new NormalGenerator(plan.request().seed() + image, NoiseStream.VAE).fill(noise, 0, perImage);
    return Optional.of(noise);
  }

  /** The part of given numbers that belongs to an image, or all when all images share them. */
  private float[] ofImage(float[] given, int image) {
    int from = given.length == perImage ? 0 : image * perImage;
    return Arrays.copyOfRange(given, from, from + perImage);
  }

  private Denoiser denoiser(int images, int conditioningLength) {
    if (denoiser.isEmpty() || denoiserBatch != images) {
      close();
      int features =
          Denoiser.features(engines.bundle().component(Denoiser.COMPONENT), "encoder_hidden_states")
              .orElseThrow();
      denoiser =
          Optional.of(
              new Denoiser(
                  engines,
                  images,
                  plan.latentShape(),
                  conditioningLength / features,
                  plan.guidance(),
                  timings));
      denoiserBatch = images;
    }
    return denoiser.get();
  }

  @Override
  public void close() {
    engineLoop.close();
    denoiser.ifPresent(Denoiser::close);
    denoiser = Optional.empty();
  }
}
