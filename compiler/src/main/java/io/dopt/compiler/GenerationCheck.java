package io.dopt.compiler;

import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.runtime.image.ImageCheck;
import io.dopt.runtime.pipeline.DiffusionPipeline;
import io.dopt.runtime.pipeline.GeneratedImage;
import io.dopt.runtime.pipeline.GenerationRequest;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.List;
import java.util.Optional;

/** Makes one image with a fresh bundle, in few steps: it must show something. */
final class GenerationCheck {
  private static final int STEPS = 2;

  /** Larger images take too long for a check. */
  private static final long PIXEL_LIMIT = 256 * 256;

  private GenerationCheck() {}

  /**
   * Generates at the bundle's default size.
   *
   * @return what the user should know: that the runtime runs the pipeline only in parts
   * @throws DoptException (QUALITY) when the image is degenerate; whatever else generating throws
   */
  static Optional<String> check(Bundle bundle) {
    List<ImageSize> sizes = bundle.manifest().sizes();
    if (sizes.isEmpty() || (long) sizes.get(0).height() * sizes.get(0).width() > PIXEL_LIMIT) {
      return Optional.empty();
    }
    try (DiffusionPipeline pipeline = DiffusionPipeline.open(bundle, EngineOptions.defaults())) {
      GenerationRequest request = GenerationRequest.builder("a photo").steps(STEPS).build();
      pipeline.generate(request).images().forEach(GenerationCheck::requireImage);
      return Optional.empty();
    } catch (DoptException e) {
      if (e.code() != ErrorCode.UNSUPPORTED && e.code() != ErrorCode.USAGE) {
        throw e;
      }
      return Optional.of("This bundle runs component by component only: " + e.getMessage());
    }
  }

  private static void requireImage(GeneratedImage image) {
    ImageCheck.problemOfLatents(image.latents())
        .or(() -> ImageCheck.problemOf(image.image()))
        .ifPresent(
            problem -> {
              throw new DoptException(
                  ErrorCode.QUALITY,
                  "The compiled pipeline does not work: after "
                      + STEPS
                      + " steps, "
                      + problem
                      + ". Are the weights of the checkpoint intact? To get the bundle anyway,"
                      + " compile without the check.");
            });
  }
}
