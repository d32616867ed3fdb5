package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.runtime.image.RgbImage;
import io.dopt.runtime.pipeline.DiffusionPipeline;
import io.dopt.runtime.pipeline.GenerationRequest;
import io.dopt.runtime.pipeline.InitialImage;
import io.dopt.runtime.pipeline.Posterior;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** From given latents, generation ends in the image that diffusers made of them. */
class GenerationParityTest {
  /** The issue allows 2/255; what is left of that is room for other processors. */
  private static final double TOLERANCE = 0.5 / 255;

  @TempDir private Path folder;

  @ParameterizedTest
  @MethodSource("io.dopt.cli.RecordedFixtures#all")
  void imagesEqualDiffusers(Path fixture) throws IOException {
    compare(fixture, fixture);
  }

  @Test
  void theDemoEqualsDiffusers() throws IOException {
    Path examples = Path.of(System.getProperty("dopt.root"), "examples");
    compare(examples.resolve("shapes-world"), examples.resolve("shapes-world-provenance"));
  }

  private void compare(Path checkpoint, Path recorded) throws IOException {
    JsonNode settings = new ObjectMapper().readTree(recorded.resolve("reference.json").toFile());
    assumeTrue(settings.path("e2e").asBoolean(true), "only components were recorded");
    Bundle bundle = RecordedFixtures.compile(checkpoint, folder.resolve("bundle"));
    try (SafetensorsFile reference =
            SafetensorsFile.open(recorded.resolve("reference.safetensors"));
        DiffusionPipeline pipeline = DiffusionPipeline.open(bundle, EngineOptions.defaults())) {
      boolean imageToImage = settings.path("img2img").asBoolean();
      DenseTensor expected = tensor(reference, imageToImage ? "e2e.image_mode" : "e2e.image");
      GenerationRequest request = request(settings, reference, imageToImage);
      DenseTensor actual = pipeline.generate(request).imageTensor();
      assertEquals(expected.shape(), actual.shape());
      double error = maximumError(expected.toFloats(), actual.toFloats());
      assertTrue(error <= TOLERANCE, "pixels differ by up to " + error * 255 + "/255");
    }
  }

  private static GenerationRequest request(
      JsonNode settings, SafetensorsFile reference, boolean imageToImage) {
    List<String> prompts = new ArrayList<>();
    settings.path("prompts").forEach(prompt -> prompts.add(prompt.asText()));
    if (prompts.isEmpty()) {
      prompts.add(settings.path("prompt").asText());
    }
    GenerationRequest.Builder request =
        GenerationRequest.builder(prompts)
            .imagesPerPrompt(settings.path("num_images_per_prompt").asInt(1))
            .steps(settings.path("num_inference_steps").asInt())
            .guidanceScale(settings.path("guidance_scale").asDouble())
            .guidanceRescale(settings.path("guidance_rescale").asDouble())
            .size(new ImageSize(settings.path("height").asInt(), settings.path("width").asInt()))
            .batch(settings.path("batch").asInt(2));
    if (!settings.path("negative_prompt").isNull()) {
      request.negativePrompts(List.of(settings.path("negative_prompt").asText()));
    }
    if (imageToImage) {
      DenseTensor image = tensor(reference, "e2e.init_image");
      ImageSize size =
          new ImageSize(
              Math.toIntExact(image.shape().get(1)), Math.toIntExact(image.shape().get(2)));
      request.initialImage(
          new InitialImage(
              new RgbImage(size, image.toFloats()),
              OptionalDouble.of(settings.path("strength").asDouble()),
              new Posterior.Mean()));
      request.latents(tensor(reference, "e2e.noise"));
    } else {
      request.latents(tensor(reference, "e2e.latents"));
    }
    return request.build();
  }

  private static DenseTensor tensor(SafetensorsFile file, String name) {
    return DenseTensor.read(file.tensor(name).orElseThrow());
  }

  private static double maximumError(float[] expected, float[] actual) {
    double maximum = 0;
    for (int i = 0; i < expected.length; i++) {
      double difference = Math.abs(expected[i] - actual[i]);
      maximum = difference <= maximum ? maximum : difference;
    }
    return maximum;
  }
}
