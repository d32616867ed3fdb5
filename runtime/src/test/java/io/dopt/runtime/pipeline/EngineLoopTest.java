package io.dopt.runtime.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.runtime.ToyBundle;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.runtime.image.RgbImage;
import io.dopt.runtime.scheduler.Schedulers;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Loops that the denoiser's engine runs, against the same loops step by step on the host: latents
 * differ by at most 1e-5 of their norm.
 */
class EngineLoopTest {
  private static final EngineOptions ONE_THREAD = EngineOptions.defaults().withThreads(1);
  private static final double TOLERANCE = 1e-5;

  @TempDir private Path folder;

  /** Hears everything; whether it wants the steps decides where the loop runs. */
  private static class Ear implements GenerationListener {
    private final boolean watches;
    private final List<String> warnings = new ArrayList<>();
    private final List<Integer> finished = new ArrayList<>();
    private int latents;

    Ear(boolean watches) {
      this.watches = watches;
    }

    @Override
    public boolean watchesSteps() {
      return watches;
    }

    @Override
    public void latents(int step, int steps, float[] sample, int images) {
      latents++;
    }

    @Override
    public void stepFinished(int step, int steps) {
      finished.add(step);
    }

    @Override
    public void warning(String message) {
      warnings.add(message);
    }
  }

  private ToyBundle bundle() {
    return ToyBundle.stableDiffusion(folder).withLoopingEngines("unet");
  }

  private static GenerationRequest.Builder request() {
    return GenerationRequest.builder("star").negativePrompts(List.of("blue")).seed(4).steps(6);
  }

  static Stream<String> schedulers() {
    return Schedulers.classNames().stream();
  }

  @ParameterizedTest
  @MethodSource("schedulers")
  void givesTheLatentsOfTheHostsLoop(String scheduler) {
    RgbImage image = new RgbImage(new ImageSize(16, 16), new float[3 * 16 * 16]);
    InitialImage initial = new InitialImage(image, OptionalDouble.of(0.7), new Posterior.Seeded());
    try (DiffusionPipeline pipeline =
        DiffusionPipeline.open(bundle().withSampler(99).open(), ONE_THREAD)) {
      for (double scale : new double[] {1, 7.5}) {
        GenerationRequest.Builder asked = request().scheduler(scheduler).guidanceScale(scale);
        check(pipeline, asked.imagesPerPrompt(3).batch(2).build());
        check(pipeline, asked.initialImage(initial).build());
      }
    }
  }

  private static void check(DiffusionPipeline pipeline, GenerationRequest request) {
    Ear watching = new Ear(true);
    Ear idle = new Ear(false);
    List<GeneratedImage> expected = pipeline.generate(request, watching).images();
    GenerationResult result = pipeline.generate(request, idle);
    assertTrue(watching.latents > 0);
    assertEquals(0, idle.latents, "the engine ran the loop: " + idle.warnings);
    assertEquals(watching.warnings, idle.warnings);
    assertEquals(watching.finished, idle.finished);
    assertEquals(idle.finished.size(), result.timings().denoise().size());
    for (int i = 0; i < expected.size(); i++) {
      float[] latents = result.images().get(i).latents();
      double distance = 0;
      double norm = 0;
      for (int k = 0; k < latents.length; k++) {
        float other = expected.get(i).latents()[k];
        distance += (double) (latents[k] - other) * (latents[k] - other);
        norm += (double) other * other;
      }
      assertTrue(
          Math.sqrt(distance) <= TOLERANCE * Math.sqrt(norm),
          request.scheduler() + ": " + Math.sqrt(distance / norm));
    }
  }

  private static List<String> warnings(ToyBundle toy, GenerationRequest request) {
    try (DiffusionPipeline pipeline = DiffusionPipeline.open(toy.open(), ONE_THREAD)) {
      Ear idle = new Ear(false);
      pipeline.generate(request, idle);
      assertTrue(idle.latents > 0, "the host ran the loop");
      return idle.warnings;
    }
  }

  @Test
  void saysOnceWhyTheHostRunsTheLoop() {
    String host = "The denoising loop runs on the host, which copies samples in every step: ";
    GenerationRequest request = request().imagesPerPrompt(2).batch(1).build();
    assertEquals(
        List.of(host + "the bundle has no sampler. Compile it again."),
        warnings(bundle(), request));
    assertEquals(
        List.of(
            host
                + "its history has 13 rows, and the bundle's sampler was compiled for at most 12."),
        warnings(bundle().withSampler(12), request));
    assertEquals(
        List.of(host + "guidance rescale divides by the deviation of each prediction."),
        warnings(bundle().withSampler(99), request().guidanceRescale(0.5).build()));
    assertEquals(
        List.of(
            host
                + "DDIMScheduler is not linear in what the denoiser returns (the step at timestep"
                + " 831.0): clip_sample, thresholding and the like look at each value."),
        warnings(
            bundle()
                .withSampler(99)
                .withScheduler(
                    "{'_class_name': 'DDIMScheduler', 'steps_offset': 1, 'clip_sample': false,"
                        + " 'thresholding': true}"),
            request));
  }

  /** As where its history takes more memory than there is. */
  @Test
  void theHostRunsTheLoopWhereTheSamplerCannotBePrepared() throws IOException {
    Bundle bundle = bundle().withSampler(99).open();
    String sampler = bundle.component("sampler").engines().get(0).file();
    Files.writeString(bundle.folder().resolve(sampler), "no network");
    try (DiffusionPipeline pipeline = DiffusionPipeline.open(bundle, ONE_THREAD)) {
      Ear idle = new Ear(false);
      pipeline.generate(request().imagesPerPrompt(2).batch(1).build(), idle);

      assertTrue(idle.latents > 0, "the host ran the loop");
      assertEquals(1, idle.warnings.size(), idle.warnings::toString);
      assertTrue(idle.warnings.get(0).contains("runs on the host"), idle.warnings::toString);
    }
  }

  @Test
  void saysNothingWhereNoEngineRunsLoops() {
    assertEquals(
        Collections.emptyList(),
        warnings(ToyBundle.stableDiffusion(folder).withSampler(99), request().build()));
  }

  @Test
  void stopsWhenInterrupted() {
    Ear interrupting =
        new Ear(false) {
          @Override
          public void stepFinished(int step, int steps) {
            super.stepFinished(step, steps);
            if (step == 3) {
              Thread.currentThread().interrupt();
            }
          }
        };
    try (DiffusionPipeline pipeline =
        DiffusionPipeline.open(bundle().withSampler(99).open(), ONE_THREAD)) {
      DoptException stopped =
          assertThrows(
              DoptException.class, () -> pipeline.generate(request().build(), interrupting));
      assertEquals(ErrorCode.INTERRUPTED, stopped.code());
      assertEquals("Interrupted after 3 of 6 steps.", stopped.getMessage());
      assertFalse(Thread.currentThread().isInterrupted());
      check(pipeline, request().build());
    }
  }
}
