package io.dopt.runtime.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.runtime.ToyBundle;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.runtime.bundle.TensorSignature;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.runtime.noise.NoiseStream;
import io.dopt.runtime.noise.NormalGenerator;
import io.dopt.runtime.scheduler.SampleLayout;
import io.dopt.runtime.scheduler.Scheduler;
import io.dopt.runtime.scheduler.Schedulers;
import io.dopt.runtime.tokenizer.PromptTokenizer;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.SymbolRange;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The toy models' arithmetic (make_models.py) is repeated here in plain loops. */
class DiffusionPipelineTest {
  private static final EngineOptions ONE_THREAD = EngineOptions.defaults().withThreads(1);
  private static final int LATENT = 4 * 8 * 8;

  @TempDir private Path folder;

  private static List<String> warnings(DiffusionPipeline pipeline, GenerationRequest request) {
    List<String> warnings = new ArrayList<>();
    pipeline.generate(
        request,
        new GenerationListener() {
          @Override
          public void warning(String message) {
            warnings.add(message);
          }
        });
    return warnings;
  }

  /** The mean of the last hidden state of the toy text encoder of the given number of features. */
  private static double textMean(Bundle bundle, String prompt, int features) {
    double sum = 0;
    try (PromptTokenizer tokenizer = PromptTokenizer.open(bundle, "tokenizer")) {
      for (long id : tokenizer.encode(prompt).ids()) {
        for (int feature = 0; feature < features; feature++) {
          sum += (id * features + feature) % 17 / 8.0 - 1;
        }
      }
    }
    return sum / 24 / features;
  }

  private static float[] noise(long seed, NoiseStream stream, int count) {
    float[] noise = new float[count];
    new NormalGenerator(seed, stream).fill(noise, 0, count);
    return noise;
  }

  /** Denoises one image with the toy unet; what is added to it is given for both halves. */
  private static float[] denoise(
      Bundle bundle, float[] start, int steps, double scale, double text, double negative) {
    Scheduler scheduler =
        Schedulers.of(bundle.manifest().scheduler().orElseThrow(), Optional.empty(), 0);
    scheduler.setTimesteps(steps, new SampleLayout(1, start.length));
    float[] sample = start.clone();
    float[] prediction = new float[start.length];
    for (int index = 0; index < steps; index++) {
      double time = scheduler.timesteps()[index] * 1e-4;
      for (int i = 0; i < sample.length; i++) {
        double conditional = sample[i] / 2 + time + text;
        double unconditional = sample[i] / 2 + time + negative;
        prediction[i] =
            (float)
                (scale > 1 ? unconditional + scale * (conditional - unconditional) : conditional);
      }
      scheduler.step(prediction, index, sample, out -> Arrays.fill(out, 0));
    }
    return sample;
  }

  private static void assertDecodes(float[] latents, GeneratedImage image) {
    assertArrayEquals(latents, image.latents(), 1e-4f);
    for (int y = 0; y < 16; y++) {
      for (int x = 0; x < 16; x++) {
        for (int c = 0; c < 3; c++) {
          float value = latents[c * 64 + y / 2 * 8 + x / 2] / 0.5f * 0.5f + 0.5f;
          assertEquals(
              Math.max(0, Math.min(1, value)), image.image().values()[(y * 16 + x) * 3 + c], 1e-4f);
        }
      }
    }
  }

  @Test
  void guidesFromTheNegativePromptToThePrompt() {
    Bundle bundle = ToyBundle.stableDiffusion(folder).open();
    double text = textMean(bundle, "a red star", 4);
    double negative = textMean(bundle, "blue", 4);
    assertTrue(Math.abs(text - negative) > 0.01);
    try (DiffusionPipeline pipeline = DiffusionPipeline.open(bundle, ONE_THREAD)) {
      GenerationResult result =
          pipeline.generate(
              GenerationRequest.builder("a red star")
                  .negativePrompts(List.of("blue"))
                  .steps(5)
                  .guidanceScale(3)
                  .seed(7)
                  .build());
      float[] start = noise(7, NoiseStream.INITIAL, LATENT);
      assertDecodes(denoise(bundle, start, 5, 3, text, negative), result.images().get(0));
      assertEquals(List.of(1L, 16L, 16L, 3L), result.imageTensor().shape());
      assertEquals(5, result.timings().denoise().size());
      assertEquals(2, result.timings().textEncode().size());
    }
  }

  @Test
  void startsFromGivenLatentsAndRunsOnceWithoutGuidance() {
    Bundle bundle = ToyBundle.stableDiffusion(folder).open();
    float[] latents = noise(1, NoiseStream.VAE, LATENT);
    try (DiffusionPipeline pipeline = DiffusionPipeline.open(bundle, ONE_THREAD)) {
      GenerationResult result =
          pipeline.generate(
              GenerationRequest.builder("a red star")
                  .steps(4)
                  .guidanceScale(1)
                  .latents(DenseTensor.ofFloats(List.of(1L, 4L, 8L, 8L), latents))
                  .build());
      double text = textMean(bundle, "a red star", 4);
      assertDecodes(denoise(bundle, latents, 4, 1, text, 0), result.images().get(0));
      assertEquals(1, result.timings().textEncode().size());
    }
  }

  @Test
  void runsBothHalvesInOneCallOfTheEngineMadeForIt() {
    Bundle bundle =
        ToyBundle.stableDiffusion(folder)
            .withEngine(
                "unet",
                "unet_batch2_height8_width8",
                Map.of("batch", 2L, "height", 8L, "width", 8L, "sequence", 24L))
            .open();
    double text = textMean(bundle, "star", 4);
    double negative = textMean(bundle, "", 4);
    try (DiffusionPipeline pipeline = DiffusionPipeline.open(bundle, ONE_THREAD)) {
      GenerationRequest request =
          GenerationRequest.builder("star").steps(2).guidanceScale(2).build();
      float[] start = noise(0, NoiseStream.INITIAL, LATENT);
      // The static model adds 10 to both halves.
      assertArrayEquals(
          denoise(bundle, start, 2, 2, text + 10, negative + 10),
          pipeline.generate(request).images().get(0).latents(),
          1e-3f);
    }
  }

  @Test
  void anImageIsTheSameAloneAndInABatch() {
    Bundle bundle = ToyBundle.stableDiffusion(folder).open();
    try (DiffusionPipeline pipeline = DiffusionPipeline.open(bundle, ONE_THREAD)) {
      GenerationResult all =
          pipeline.generate(
              GenerationRequest.builder("star", "red circle")
                  .imagesPerPrompt(2)
                  .scheduler("EulerAncestralDiscrete")
                  .steps(3)
                  .seed(40)
                  .batch(3)
                  .build());
      assertEquals(4, all.images().size());
      assertEquals(6, all.timings().denoise().size());
      GeneratedImage fourth = all.images().get(3);
      assertEquals(43, fourth.seed());
      assertEquals("red circle", fourth.prompt());
      GenerationResult alone =
          pipeline.generate(
              GenerationRequest.builder("red circle")
                  .scheduler("EulerAncestralDiscreteScheduler")
                  .steps(3)
                  .seed(43)
                  .build());
      assertArrayEquals(alone.images().get(0).latents(), fourth.latents(), 1e-5f);
      assertFalse(
          Arrays.equals(all.images().get(2).latents(), fourth.latents()), "seeds must differ");
    }
  }

  @Test
  void xlAddsPooledTextAndSizes() {
    Bundle bundle = ToyBundle.stableDiffusionXl(folder).open();
    // Features are penultimate states: half the last ones; 4 + 6 of them; pooled is the mean.
    double pooled = textMean(bundle, "star", 6);
    double features = (textMean(bundle, "star", 4) * 4 + pooled * 6) / 10 / 2;
    double emptyPooled = textMean(bundle, "", 6);
    double emptyFeatures = (textMean(bundle, "", 4) * 4 + emptyPooled * 6) / 10 / 2;
    double sizes = (16 + 16 + 16 + 16) / 6.0;
    float[] start = noise(5, NoiseStream.INITIAL, LATENT);
    try (DiffusionPipeline pipeline = DiffusionPipeline.open(bundle, ONE_THREAD)) {
      GenerationRequest.Builder request =
          GenerationRequest.builder("star").steps(2).guidanceScale(2).seed(5);
      // An absent negative prompt is zeros, an empty one is encoded.
      assertArrayEquals(
          denoise(bundle, start, 2, 2, features + pooled + sizes, sizes),
          pipeline.generate(request.build()).images().get(0).latents(),
          2e-3f);
      assertArrayEquals(
          denoise(
              bundle, start, 2, 2, features + pooled + sizes, emptyFeatures + emptyPooled + sizes),
          pipeline.generate(request.negativePrompts(List.of("")).build()).images().get(0).latents(),
          2e-3f);
      ImageSize square = new ImageSize(64, 32);
      double conditioned = (64 + 32 + 4 + 2 + 16 + 16) / 6.0;
      assertArrayEquals(
          denoise(
              bundle,
              start,
              2,
              2,
              features + pooled + conditioned,
              emptyFeatures + emptyPooled + conditioned),
          pipeline
              .generate(
                  request
                      .sizeConditioning(new SizeConditioning(square, 4, 2, new ImageSize(16, 16)))
                      .build())
              .images()
              .get(0)
              .latents(),
          2e-3f);
    }
  }

  @Test
  void embedsTheGuidanceScaleForAConsistencyModel() {
    Bundle bundle = ToyBundle.stableDiffusion(folder).withGuidanceEmbedding().open();
    double embedding = 0;
    for (float value : Guidance.embedding(8, 8)) {
      embedding += value / 8;
    }
    double text = textMean(bundle, "star", 4);
    try (DiffusionPipeline pipeline = DiffusionPipeline.open(bundle, ONE_THREAD)) {
      GenerationRequest request =
          GenerationRequest.builder("star").steps(2).guidanceScale(8).build();
      assertArrayEquals(
          denoise(bundle, noise(0, NoiseStream.INITIAL, LATENT), 2, 1, text + embedding, 0),
          pipeline.generate(request).images().get(0).latents(),
          1e-4f);
      List<String> warnings =
          warnings(
              pipeline,
              GenerationRequest.builder("star").steps(1).negativePrompts(List.of("x")).build());
      assertTrue(warnings.get(0).contains("negative prompt"), warnings::toString);
    }
  }

  @Test
  void warnsOnceOfAPromptThatIsTooLong() {
    try (DiffusionPipeline pipeline =
        DiffusionPipeline.open(ToyBundle.stableDiffusionXl(folder).open(), ONE_THREAD)) {
      List<String> warnings =
          warnings(
              pipeline,
              GenerationRequest.builder("star ".repeat(22) + "and a circle")
                  .imagesPerPrompt(2)
                  .steps(1)
                  .build());
      assertEquals(1, warnings.size(), warnings::toString);
      assertTrue(warnings.get(0).contains("\"and a circle\""), warnings::toString);
      assertTrue(warnings.get(0).contains("24 tokens"), warnings::toString);
    }
  }

  @Test
  void namesTheNearestSizesItTakes() {
    try (DiffusionPipeline pipeline =
        DiffusionPipeline.open(ToyBundle.stableDiffusion(folder).open(), ONE_THREAD)) {
      for (ImageSize size : List.of(new ImageSize(18, 16), new ImageSize(200, 16))) {
        GenerationRequest request = GenerationRequest.builder("star").size(size).build();
        DoptException error = assertThrows(DoptException.class, () -> pipeline.generate(request));
        assertEquals(ErrorCode.USAGE, error.code());
        assertTrue(
            error.getMessage().contains("a multiple of 4 from 4 to 128"), error.getMessage());
        assertTrue(
            error.getMessage().contains(size.height() == 18 ? "20x16" : "128x16"),
            error.getMessage());
      }
      GenerationResult wide =
          pipeline.generate(
              GenerationRequest.builder("star").steps(1).size(new ImageSize(8, 24)).build());
      assertEquals(new ImageSize(8, 24), wide.images().get(0).image().size());
    }
  }

  @Test
  void refusesWhatDoesNotFitTheRequest() {
    DenseTensor wrong = DenseTensor.ofFloats(List.of(2L, 4L, 8L, 8L), new float[2 * LATENT]);
    try (DiffusionPipeline pipeline =
        DiffusionPipeline.open(ToyBundle.stableDiffusion(folder).open(), ONE_THREAD)) {
      GenerationRequest request = GenerationRequest.builder("star").latents(wrong).build();
      DoptException error = assertThrows(DoptException.class, () -> pipeline.generate(request));
      assertTrue(error.getMessage().contains("[1, 4, 8, 8]"), error.getMessage());
    }
    for (GenerationRequest.Builder builder :
        List.of(
            GenerationRequest.builder(),
            GenerationRequest.builder("a").steps(0),
            GenerationRequest.builder("a").steps(3).timesteps(List.of(9, 1)),
            GenerationRequest.builder("a").batch(0),
            GenerationRequest.builder("a").imagesPerPrompt(0),
            GenerationRequest.builder("a").guidanceScale(Double.NaN),
            GenerationRequest.builder("a").guidanceRescale(1.5),
            GenerationRequest.builder("a", "b", "c").negativePrompts(List.of("x", "y")))) {
      assertEquals(ErrorCode.USAGE, assertThrows(DoptException.class, builder::build).code());
    }
  }

  @Test
  void refusesAnInpaintingModelAndAnUnknownInput() {
    Bundle inpainting =
        ToyBundle.stableDiffusion(folder)
            .withComponent(
                "vae_decoder",
                "vae_decoder",
                List.of(TensorSignature.of("latent", ElementType.FLOAT32, "1", "9", "8", "8")),
                List.of(TensorSignature.of("sample", ElementType.FLOAT32, "1", "3", "16", "16")),
                Map.of())
            .open();
    DoptException error =
        assertThrows(DoptException.class, () -> DiffusionPipeline.open(inpainting, ONE_THREAD));
    assertTrue(error.getMessage().contains("inpainting"), error.getMessage());

    Bundle classes =
        ToyBundle.stableDiffusion(folder)
            .withComponent(
                "unet",
                "unet",
                List.of(
                    TensorSignature.of("sample", ElementType.FLOAT32, "batch", "4", "8", "8"),
                    TensorSignature.of("class_labels", ElementType.INT64, "batch")),
                List.of(TensorSignature.of("sample", ElementType.FLOAT32, "batch", "4", "8", "8")),
                Map.of("batch", new SymbolRange(1, 2, 1)))
            .open();
    error = assertThrows(DoptException.class, () -> DiffusionPipeline.open(classes, ONE_THREAD));
    assertTrue(error.getMessage().contains("'class_labels'"), error.getMessage());
  }

  @Test
  void refusesALearnedVariance() {
    Bundle bundle =
        ToyBundle.stableDiffusion(folder)
            .withComponent(
                "unet",
                "unet",
                List.of(TensorSignature.of("sample", ElementType.FLOAT32, "1", "4", "8", "8")),
                List.of(TensorSignature.of("sample", ElementType.FLOAT32, "1", "8", "8", "8")),
                Map.of())
            .open();
    DoptException error =
        assertThrows(DoptException.class, () -> DiffusionPipeline.open(bundle, ONE_THREAD));
    assertTrue(error.getMessage().contains("predicts 8 channels"), error.getMessage());
  }

  @Test
  void stopsBetweenStepsWhenInterrupted() {
    try (DiffusionPipeline pipeline =
        DiffusionPipeline.open(ToyBundle.stableDiffusion(folder).open(), ONE_THREAD)) {
      GenerationListener interrupting =
          new GenerationListener() {
            @Override
            public void stepFinished(int step, int steps) {
              if (step == 3) {
                Thread.currentThread().interrupt();
              }
            }
          };
      GenerationRequest request = GenerationRequest.builder("star").steps(9).build();
      DoptException error =
          assertThrows(DoptException.class, () -> pipeline.generate(request, interrupting));
      assertEquals(ErrorCode.INTERRUPTED, error.code());
      assertTrue(error.getMessage().contains("3 of 9"), error.getMessage());
      assertFalse(Thread.currentThread().isInterrupted());
      assertEquals(1, pipeline.generate(request).images().size());
    }
  }

  @Test
  void tellsTheLatentsAfterEveryStep() {
    try (DiffusionPipeline pipeline =
        DiffusionPipeline.open(ToyBundle.stableDiffusion(folder).open(), ONE_THREAD)) {
      List<float[]> told = new ArrayList<>();
      List<Integer> steps = new ArrayList<>();
      GenerationResult result =
          pipeline.generate(
              GenerationRequest.builder("star").imagesPerPrompt(2).batch(2).steps(3).build(),
              new GenerationListener() {
                @Override
                public void latents(int step, int ofSteps, float[] sample, int images) {
                  assertEquals(3, ofSteps);
                  assertEquals(2, images);
                  steps.add(step);
                  told.add(sample.clone());
                }
              });
      assertEquals(List.of(1, 2, 3), steps);
      float[] last = told.get(2);
      assertEquals(2 * LATENT, last.length);
      for (int image = 0; image < 2; image++) {
        assertArrayEquals(
            result.images().get(image).latents(),
            Arrays.copyOfRange(last, image * LATENT, (image + 1) * LATENT));
      }
      assertFalse(Arrays.equals(told.get(0), last));
    }
  }

  @Test
  void warnsOfADegenerateImage() {
    try (DiffusionPipeline pipeline =
        DiffusionPipeline.open(ToyBundle.stableDiffusion(folder).open(), ONE_THREAD)) {
      float[] latents = new float[LATENT];
      DenseTensor constant = DenseTensor.ofFloats(List.of(1L, 4L, 8L, 8L), latents);
      GenerationRequest.Builder request = GenerationRequest.builder("star").steps(1);
      assertTrue(
          warnings(pipeline, request.latents(constant).build()).toString().contains("same colour"));
      latents[9] = Float.NaN;
      DenseTensor broken = DenseTensor.ofFloats(List.of(1L, 4L, 8L, 8L), latents);
      assertTrue(warnings(pipeline, request.latents(broken).build()).toString().contains("NaN"));
    }
  }

  @Test
  void twoPipelinesShareOneBundle() throws Exception {
    Bundle bundle = ToyBundle.stableDiffusion(folder).open();
    GenerationRequest request = GenerationRequest.builder("star").steps(20).seed(3).build();
    Callable<float[]> task =
        () -> {
          try (DiffusionPipeline pipeline = DiffusionPipeline.open(bundle, ONE_THREAD)) {
            return pipeline.generate(request).images().get(0).latents();
          }
        };
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      List<Future<float[]>> results = threads.invokeAll(List.of(task, task, task, task));
      for (Future<float[]> result : results) {
        assertArrayEquals(task.call(), result.get());
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void writesDownHowAnImageWasMade() {
    try (DiffusionPipeline pipeline =
        DiffusionPipeline.open(ToyBundle.stableDiffusion(folder).open(), ONE_THREAD)) {
      Map<String, String> text =
          pipeline
              .generate(
                  GenerationRequest.builder("star")
                      .negativePrompts(List.of("blue"))
                      .steps(2)
                      .guidanceScale(3)
                      .seed(9)
                      .size(new ImageSize(8, 16))
                      .build())
              .images()
              .get(0)
              .pngText();
      assertEquals(
          "star\nNegative prompt: blue\nSteps: 2, Sampler: DDIM, CFG scale: 3.0, Seed: 9, "
              + "Size: 16x8",
          text.get("parameters"));
      assertTrue(text.get("dopt").contains("\"scheduler\":\"DDIMScheduler\""), text.get("dopt"));
    }
  }

  @Test
  void appliesLatentStatisticsInXlAndSaysWhatStableDiffusionLeavesOut() {
    String config =
        "{'scaling_factor': 0.5, 'shift_factor': 0.25,"
            + " 'latents_mean': [1, 2, 3, 4], 'latents_std': [2, 2, 2, 2]}";
    float[] latents = noise(2, NoiseStream.INITIAL, LATENT);
    float[] scaled = latents.clone();
    LatentScaling scaling =
        new LatentScaling(
            0.5f, Optional.of(new float[] {1, 2, 3, 4}), Optional.of(new float[] {2, 2, 2, 2}));
    scaling.toVae(scaled);
    assertEquals(latents[200] * 2 / 0.5f + 4, scaled[200], 1e-6f);
    scaling.toDenoiser(scaled);
    assertArrayEquals(latents, scaled, 1e-5f);

    GenerationRequest request = GenerationRequest.builder("star").steps(1).build();
    Bundle xl = ToyBundle.stableDiffusionXl(folder).withVaeConfig(config).open();
    try (DiffusionPipeline pipeline = DiffusionPipeline.open(xl, ONE_THREAD)) {
      List<String> warnings = warnings(pipeline, request);
      assertEquals(1, warnings.size(), warnings::toString);
      assertTrue(warnings.get(0).contains("shift_factor"), warnings::toString);
      GeneratedImage image = pipeline.generate(request).images().get(0);
      float red = (image.latents()[0] * 2 / 0.5f + 1) * 0.5f + 0.5f;
      assertEquals(Math.max(0, Math.min(1, red)), image.image().values()[0], 1e-5f);
    }
    Bundle sd = ToyBundle.stableDiffusion(folder).withVaeConfig(config).open();
    try (DiffusionPipeline pipeline = DiffusionPipeline.open(sd, ONE_THREAD)) {
      assertEquals(3, warnings(pipeline, request).size());
    }
  }

  @Test
  void refusesTextEncodersThatDoNotFitTheUnet() {
    Bundle bundle =
        ToyBundle.stableDiffusionXl(folder)
            .withComponent(
                "unet",
                "unet_lcm",
                List.of(
                    TensorSignature.of(
                        "sample", ElementType.FLOAT32, "batch", "4", "height", "width"),
                    TensorSignature.of("timestep", ElementType.FLOAT32),
                    TensorSignature.of(
                        "encoder_hidden_states", ElementType.FLOAT32, "batch", "sequence", "4"),
                    TensorSignature.of("timestep_cond", ElementType.FLOAT32, "batch", "8")),
                List.of(
                    TensorSignature.of(
                        "sample", ElementType.FLOAT32, "batch", "4", "height", "width")),
                Map.of(
                    "batch", new SymbolRange(1, 4, 1),
                    "height", new SymbolRange(8, 8, 1),
                    "width", new SymbolRange(8, 8, 1),
                    "sequence", new SymbolRange(1, 24, 1)))
            .open();
    GenerationRequest request = GenerationRequest.builder("star").steps(1).build();
    try (DiffusionPipeline pipeline = DiffusionPipeline.open(bundle, ONE_THREAD)) {
      DoptException error = assertThrows(DoptException.class, () -> pipeline.generate(request));
      assertTrue(error.getMessage().contains("give 10 features per token, the unet takes 4"));
    }
  }

  @Test
  void overrulesAnOutdatedSchedulerAndSaysSo() {
    Bundle bundle =
        ToyBundle.stableDiffusion(folder)
            .withScheduler(
                "{'_class_name': 'DDIMScheduler', 'clip_sample': true, 'steps_offset': 0}")
            .open();
    try (DiffusionPipeline pipeline = DiffusionPipeline.open(bundle, ONE_THREAD)) {
      List<String> warnings =
          warnings(pipeline, GenerationRequest.builder("star").steps(1).build());
      assertEquals(2, warnings.size(), warnings::toString);
      assertTrue(warnings.get(0).contains("steps_offset 0"), warnings::toString);
      assertTrue(warnings.get(1).contains("clip_sample true"), warnings::toString);
    }
  }
}
