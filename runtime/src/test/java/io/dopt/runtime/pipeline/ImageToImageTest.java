package io.dopt.runtime.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.runtime.ToyBundle;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.runtime.image.RgbImage;
import io.dopt.runtime.noise.NoiseStream;
import io.dopt.runtime.noise.NormalGenerator;
import io.dopt.runtime.scheduler.SampleLayout;
import io.dopt.runtime.scheduler.Scheduler;
import io.dopt.runtime.scheduler.Schedulers;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The toy VAE's mean is the image averaged over 2x2 pixels and its gray; its logvar is -2. */
class ImageToImageTest {
  private static final EngineOptions ONE_THREAD = EngineOptions.defaults().withThreads(1);
  private static final int LATENT = 4 * 8 * 8;

  @TempDir private Path folder;

  private static RgbImage image(int height, int width) {
    Random random = new Random(5);
    float[] values = new float[3 * height * width];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(256) / 255f;
    }
    return new RgbImage(new ImageSize(height, width), values);
  }

  private static float[] meanOf(RgbImage image) {
    float[] mean = new float[LATENT];
    for (int pixel = 0; pixel < 64; pixel++) {
      for (int c = 0; c < 3; c++) {
        for (int part = 0; part < 4; part++) {
          int y = pixel / 8 * 2 + part / 2;
          int x = pixel % 8 * 2 + part % 2;
          mean[c * 64 + pixel] += (2 * image.values()[(y * 16 + x) * 3 + c] - 1) / 4;
        }
        mean[3 * 64 + pixel] += mean[c * 64 + pixel] / 3;
      }
    }
    return mean;
  }

  private static float[] noise(NoiseStream stream) {
    float[] noise = new float[LATENT];
    new NormalGenerator(11, stream).fill(noise, 0, LATENT);
    return noise;
  }

  private static float[] generate(
      DiffusionPipeline pipeline, RgbImage image, double strength, Posterior posterior) {
    return pipeline
        .generate(
            GenerationRequest.builder("star")
                .steps(4)
                .guidanceScale(1)
                .seed(11)
                .initialImage(new InitialImage(image, OptionalDouble.of(strength), posterior))
                .build())
        .images()
        .get(0)
        .latents();
  }

  /** One step from the noised latents, with the prediction of the toy unet without its text. */
  private static float[] oneStep(Bundle bundle, float[] clean, float text) {
    Scheduler scheduler =
        Schedulers.of(bundle.manifest().scheduler().orElseThrow(), Optional.empty(), 0);
    scheduler.setTimesteps(4, new SampleLayout(1, LATENT));
    float[] sample = clean.clone();
    scheduler.addNoise(sample, noise(NoiseStream.INITIAL), 3, sample);
    float[] prediction = new float[LATENT];
    for (int i = 0; i < LATENT; i++) {
      prediction[i] = sample[i] / 2 + (float) scheduler.timesteps()[3] * 1e-4f + text;
    }
    scheduler.step(prediction, 3, sample, out -> {});
    return sample;
  }

  private static float textOf(Bundle bundle) {
    // "star" is token 608, the window's rest is the begin token 614 and the end token 615.
    double sum = 0;
    for (int token = 0; token < 24; token++) {
      long id = token == 0 ? 614 : token == 1 ? 608 : 615;
      for (int feature = 0; feature < 4; feature++) {
        sum += (id * 4 + feature) % 17 / 8.0 - 1;
      }
    }
    return (float) (sum / 96);
  }

  @Test
  void startsFromTheMeanOrASampleOfTheLatents() {
    Bundle bundle = ToyBundle.stableDiffusion(folder).open();
    RgbImage image = image(16, 16);
    float[] mean = meanOf(image);
    float[] sampled = mean.clone();
    float[] epsilon = noise(NoiseStream.VAE);
    for (int i = 0; i < LATENT; i++) {
      sampled[i] = (mean[i] + (float) Math.exp(-1) * epsilon[i]) * 0.5f;
      mean[i] *= 0.5f;
    }
    try (DiffusionPipeline pipeline = DiffusionPipeline.open(bundle, ONE_THREAD)) {
      float text = textOf(bundle);
      DenseTensor given = DenseTensor.ofFloats(List.of(1L, 4L, 8L, 8L), epsilon);
      for (Posterior posterior : List.of(new Posterior.Seeded(), new Posterior.Given(given))) {
        assertArrayEquals(
            oneStep(bundle, sampled, text), generate(pipeline, image, 0.25, posterior), 1e-5f);
      }
      assertArrayEquals(
          oneStep(bundle, mean, text),
          generate(pipeline, image, 0.25, new Posterior.Mean()),
          1e-5f);
    }
  }

  @Test
  void runsTheStepsThatStrengthLeaves() {
    try (DiffusionPipeline pipeline =
        DiffusionPipeline.open(ToyBundle.stableDiffusion(folder).open(), ONE_THREAD)) {
      GenerationRequest.Builder request = GenerationRequest.builder("star").steps(10);
      assertEquals(8, steps(pipeline, request, OptionalDouble.empty()));
      assertEquals(3, steps(pipeline, request, OptionalDouble.of(0.3)));
      assertEquals(10, steps(pipeline, request, OptionalDouble.of(1)));
      for (double strength : new double[] {0, 1.5, -1}) {
        DoptException error =
            assertThrows(
                DoptException.class, () -> steps(pipeline, request, OptionalDouble.of(strength)));
        assertEquals(ErrorCode.USAGE, error.code());
      }
    }
  }

  private static int steps(
      DiffusionPipeline pipeline, GenerationRequest.Builder request, OptionalDouble strength) {
    return pipeline
        .generate(
            request
                .initialImage(new InitialImage(image(16, 16), strength, new Posterior.Seeded()))
                .build())
        .timings()
        .denoise()
        .size();
  }

  @Test
  void takesTheSizeOfTheImageOrResizesIt() {
    try (DiffusionPipeline pipeline =
        DiffusionPipeline.open(ToyBundle.stableDiffusion(folder).open(), ONE_THREAD)) {
      List<String> warnings = new ArrayList<>();
      GenerationListener listener =
          new GenerationListener() {
            @Override
            public void warning(String message) {
              warnings.add(message);
            }
          };
      GenerationRequest.Builder request =
          GenerationRequest.builder("star")
              .steps(2)
              .initialImage(
                  new InitialImage(image(23, 30), OptionalDouble.of(1), new Posterior.Seeded()));
      RgbImage own = pipeline.generate(request.build(), listener).images().get(0).image();
      assertEquals(new ImageSize(20, 28), own.size());
      assertTrue(warnings.get(0).contains("23x30"), warnings::toString);
      RgbImage asked =
          pipeline.generate(request.size(new ImageSize(8, 12)).build()).images().get(0).image();
      assertEquals(new ImageSize(8, 12), asked.size());
    }
  }
}
