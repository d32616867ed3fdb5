package io.dopt.runtime.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dopt.runtime.bundle.BundleManifest;
import io.dopt.runtime.bundle.ComponentManifest;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.runtime.image.PillowResize;
import io.dopt.runtime.image.Resampling;
import io.dopt.runtime.image.RgbImage;
import io.dopt.runtime.scheduler.SampleLayout;
import io.dopt.runtime.scheduler.Scheduler;
import io.dopt.runtime.scheduler.Schedulers;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A request with every default filled in and checked against the bundle, before anything runs.
 *
 * @param latentShape {@code [C, h, w]} of one image
 * @param guidance absent when the denoiser runs once per image
 * @param initialImage in the size of the images
 * @param latents given noise of all images, {@code [images or 1, C, h, w]}
 */
record GenerationPlan(
    GenerationRequest request,
    PipelineFamily family,
    ImageSize size,
    List<Long> latentShape,
    int steps,
    double guidanceScale,
    Optional<Guidance> guidance,
    int batch,
    Scheduler scheduler,
    Optional<RgbImage> initialImage,
    double strength,
    Optional<float[]> latents) {

  /**
   * Resolves a request.
   *
   * @throws DoptException (USAGE) when the bundle cannot do what is asked, naming the option
   */
  static GenerationPlan of(
      GenerationRequest request,
      PipelineFamily family,
      BundleManifest manifest,
      LatentSize latentSize,
      GenerationListener listener) {
    ImageSize size = size(request, manifest, latentSize, listener);
    List<Long> latentShape = latentSize.shapeOf(size);
    double guidanceScale = request.guidanceScale().orElse(family.guidanceScale());
    Scheduler scheduler =
        Schedulers.of(
            family.schedulerConfig(schedulerConfig(manifest), listener::warning),
            request.scheduler(),
            request.eta());
    Optional<RgbImage> initialImage =
        request
            .initialImage()
            .map(initial -> PillowResize.resize(initial.image(), size, Resampling.LANCZOS));
    request
        .initialImage()
        .map(InitialImage::posterior)
        .filter(Posterior.Given.class::isInstance)
        .map(Posterior.Given.class::cast)
        .ifPresent(given -> check("posterior noise", given.noise(), request.images(), latentShape));
    double strength =
        request.initialImage().isEmpty()
            ? 1
            : request.initialImage().get().strength().orElse(family.strength());
    return new GenerationPlan(
        request,
        family,
        size,
        latentShape,
        request.timesteps().map(List::size).orElse(request.steps().orElse(family.steps())),
        guidanceScale,
        guidance(request, guidanceScale, manifest, listener),
        request.batch().orElse(defaultBatch(request, manifest)),
        scheduler,
        initialImage,
        strength,
        request.latents().map(latents -> check("latents", latents, request.images(), latentShape)));
  }

  /** Lays out the scheduler's timesteps for a loop over samples of a layout. */
  void layOutTimesteps(SampleLayout layout) {
    request
        .timesteps()
        .ifPresentOrElse(
            list ->
                scheduler.setTimesteps(list.stream().mapToInt(Integer::intValue).toArray(), layout),
            () -> scheduler.setTimesteps(steps, layout));
  }

  private static ImageSize size(
      GenerationRequest request,
      BundleManifest manifest,
      LatentSize latentSize,
      GenerationListener listener) {
    if (request.size().isPresent()) {
      return request.size().get();
    }
    if (request.initialImage().isPresent()) {
      ImageSize own = request.initialImage().get().image().size();
      ImageSize possible = latentSize.within(own);
      if (!possible.equals(own)) {
        listener.warning(
            "The initial image is " + own + " (height x width); resized to " + possible + ".");
      }
      return possible;
    }
    return manifest.sizes().stream()
        .findFirst()
        .orElseThrow(
            () ->
                new DoptException(
                    ErrorCode.USAGE, "The bundle has no default size; say which with --size."));
  }

  /** As diffusers: above 1, unless the unet takes the scale as an embedding. */
  private static Optional<Guidance> guidance(
      GenerationRequest request,
      double scale,
      BundleManifest manifest,
      GenerationListener listener) {
    ComponentManifest unet = manifest.components().get(Denoiser.COMPONENT);
    boolean embedded = Denoiser.features(unet, "timestep_cond").isPresent();
    if (scale > 1 && !embedded) {
      return Optional.of(new Guidance(scale, request.guidanceRescale()));
    }
    boolean negative =
        request.negativePrompts().stream().flatMap(List::stream).anyMatch(p -> !p.isEmpty());
    if (negative || request.guidanceRescale() > 0) {
      listener.warning(
          "The denoiser runs without guidance here; the negative prompt and guidance rescale have "
              + "no effect.");
    }
    return Optional.empty();
  }

  /** The largest batch with an engine of its own that the request fills, else 1. */
  private static int defaultBatch(GenerationRequest request, BundleManifest manifest) {
    return manifest.batches().stream()
        .filter(batch -> batch <= request.images())
        .max(Integer::compare)
        .orElse(1);
  }

  private static float[] check(
      String what, DenseTensor latents, int images, List<Long> latentShape) {
    List<Long> expected = new ArrayList<>(latentShape);
    expected.add(0, (long) images);
    List<Long> shared = new ArrayList<>(latentShape);
    shared.add(0, 1L);
    if (!latents.shape().equals(expected) && !latents.shape().equals(shared)) {
      throw new DoptException(
          ErrorCode.USAGE,
          "The given "
              + what
              + " are "
              + latents.shape()
              + "; this request needs "
              + expected
              + (images > 1 ? " or " + shared : "")
              + ".");
    }
    return latents.toFloats();
  }

  private static ObjectNode schedulerConfig(BundleManifest manifest) {
    return manifest
        .scheduler()
        .orElseThrow(
            () ->
                new DoptException(
                    ErrorCode.BAD_INPUT,
                    "The manifest of this "
                        + manifest.pipeline()
                        + " has no scheduler. Compile the checkpoint again."));
  }
}
