package io.dopt.compiler;

import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * The shape a denoiser is called with for images of one size.
 *
 * @param size of the images
 * @param bindings a value for each of the denoiser's symbols
 */
public record DenoiserShape(ImageSize size, SortedMap<String, Long> bindings) {
  /**
   * The shape for a size.
   *
   * @param component the denoiser's name
   * @param size of the images; the one the model was trained for when absent
   * @param rows images in one call, 1 or 2
   * @throws DoptException (USAGE) when the model does not take the size, or has no size of its own;
   *     (UNSUPPORTED) when it has symbols that no image size determines
   */
  public static DenoiserShape of(
      PipelineModel model, String component, Optional<ImageSize> size, long rows) {
    CompileOptions options =
        CompileOptions.to(Path.of("")).withSizes(size.map(List::of).orElse(List.of()));
    BucketPlan plan = BucketPlan.of(model, options);
    return plan.buckets(component).stream()
        .filter(bucket -> Long.valueOf(rows).equals(bucket.get("batch")))
        .findFirst()
        .map(bucket -> new DenoiserShape(plan.sizes().get(0), bucket))
        .orElseThrow(
            () ->
                new DoptException(
                    ErrorCode.UNSUPPORTED,
                    "The "
                        + component
                        + " has the symbols "
                        + model.components().get(component).graph().symbols().keySet()
                        + ", which an image size does not determine."));
  }
}
