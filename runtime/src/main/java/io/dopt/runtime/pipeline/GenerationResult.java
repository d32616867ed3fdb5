package io.dopt.runtime.pipeline;

import io.dopt.runtime.bundle.ImageSize;
import io.dopt.tensor.DenseTensor;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * The images of a request and the time they took.
 *
 * @param images in the order of the request
 * @param timings of the whole request
 */
public record GenerationResult(List<GeneratedImage> images, StageTimings timings) {
  /** Keeps its own copy of the list. */
  public GenerationResult {
    images = List.copyOf(images);
  }

  /** All images as one float32 tensor {@code [N, H, W, 3]} in 0..1. */
  public DenseTensor imageTensor() {
    ImageSize size = images.get(0).image().size();
    float[] all = new float[images.size() * images.get(0).image().values().length];
    FloatBuffer out = FloatBuffer.wrap(all);
    images.forEach(image -> out.put(image.image().values()));
    return DenseTensor.ofFloats(
        List.of((long) images.size(), (long) size.height(), (long) size.width(), 3L), all);
  }
}
