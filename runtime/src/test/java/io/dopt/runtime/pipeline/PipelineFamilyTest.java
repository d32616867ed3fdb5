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
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PipelineFamilyTest {
  @TempDir private Path folder;

  private static float[] generate(Bundle bundle) {
    RgbImage image = new RgbImage(new ImageSize(16, 16), new float[3 * 16 * 16]);
    try (DiffusionPipeline pipeline =
        DiffusionPipeline.open(bundle, EngineOptions.defaults().withThreads(1))) {
      return pipeline
          .generate(
              GenerationRequest.builder("a red star")
                  .seed(3)
                  .initialImage(
                      new InitialImage(image, OptionalDouble.empty(), new Posterior.Seeded()))
                  .build())
          .images()
          .get(0)
          .latents();
    }
  }

  /** The defaults are those of each class's {@code __call__} in diffusers. */
  @ParameterizedTest
  @CsvSource({
    "StableDiffusionPipeline, StableDiffusionImg2ImgPipeline, 50, 7.5, 0.8",
    "LatentConsistencyModelPipeline, LatentConsistencyModelImg2ImgPipeline, 4, 8.5, 0.8",
    "StableDiffusionXLPipeline, StableDiffusionXLImg2ImgPipeline, 50, 5.0, 0.3"
  })
  void imageToImageClassesGenerateAsTheirSiblings(
      String textToImage, String imageToImage, int steps, double guidanceScale, double strength) {
    ToyBundle toy =
        textToImage.contains("XL")
            ? ToyBundle.stableDiffusionXl(folder)
            : ToyBundle.stableDiffusion(folder);
    float[] expected = generate(toy.withPipeline(textToImage).open());
    Bundle bundle = toy.withPipeline(imageToImage).open();
    PipelineFamily family = PipelineFamily.of(bundle.manifest());
    assertEquals(imageToImage, family.pipelineClass());
    assertEquals(steps, family.steps());
    assertEquals(guidanceScale, family.guidanceScale());
    assertEquals(strength, family.strength());
    assertArrayEquals(expected, generate(bundle));
  }

  @Test
  void refusesOtherClassesByName() {
    Bundle bundle = ToyBundle.stableDiffusion(folder).withPipeline("KandinskyV22Pipeline").open();
    DoptException refused =
        assertThrows(DoptException.class, () -> PipelineFamily.of(bundle.manifest()));
    assertEquals(ErrorCode.UNSUPPORTED, refused.code());
    assertTrue(refused.getMessage().contains("KandinskyV22Pipeline"), refused.getMessage());
  }
}
