package io.dopt.compiler;

import com.fasterxml.jackson.databind.JsonNode;
import io.dopt.ir.pipeline.Component;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.SymbolRange;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** How pixels relate to the components' {@code height} and {@code width}, and which are legal. */
final class PixelGrid {
  /** The component whose symbols count pixels; those of the others count latents. */
  private static final String PIXEL_COMPONENT = "vae_encoder";

  /** diffusers' vae_scale_factor of a pipeline without a VAE. */
  private static final long DEFAULT_FACTOR = 8;

  private final PipelineModel model;
  private final long factor;

  private PixelGrid(PipelineModel model, long factor) {
    this.model = model;
    this.factor = factor;
  }

  static PixelGrid of(PipelineModel model) {
    Component decoder = model.components().get("vae_decoder");
    if (decoder == null || !decoder.graph().outputs().containsKey("sample")) {
      return new PixelGrid(model, DEFAULT_FACTOR);
    }
    Dimension height = decoder.graph().outputs().get("sample").type().shape().get(-2);
    return new PixelGrid(model, height.evaluate(Map.of("height", 1L)));
  }

  /** Pixels per unit of the component's height and width. */
  long pixelsPerStep(String component) {
    return component.equals(PIXEL_COMPONENT) ? 1 : factor;
  }

  /**
   * The size the denoiser was trained for, from its {@code sample_size}.
   *
   * @param mayBeEmpty whether no size is an answer too
   * @throws DoptException (USAGE) when its config has none
   */
  List<ImageSize> defaultSizes(boolean mayBeEmpty) {
    Optional<JsonNode> sampleSize =
        model.components().entrySet().stream()
            .filter(entry -> entry.getValue().graph().symbols().containsKey("height"))
            .filter(entry -> !entry.getKey().startsWith("vae"))
            .map(entry -> entry.getValue().config().path("sample_size"))
            .filter(size -> size.isInt() || (size.isArray() && size.size() == 2))
            .findFirst();
    if (sampleSize.isPresent()) {
      JsonNode size = sampleSize.get();
      long height = size.isArray() ? size.get(0).asLong() : size.asLong();
      long width = size.isArray() ? size.get(1).asLong() : size.asLong();
      return List.of(
          new ImageSize(Math.toIntExact(height * factor), Math.toIntExact(width * factor)));
    }
    if (isSized() && !mayBeEmpty) {
      throw new DoptException(
          ErrorCode.USAGE,
          "The config of this checkpoint has no sample_size, so there is no default image size."
              + " Name one with --size, or leave specialised engines out with --dynamic.");
    }
    return List.of();
  }

  /** Whether images may have one size or another. */
  private boolean isSized() {
    return model.components().values().stream()
        .anyMatch(component -> component.graph().symbols().containsKey("height"));
  }

  /**
   * Refuses a size that a component does not take.
   *
   * @throws DoptException (USAGE) naming the nearest sizes that fit
   */
  void check(ImageSize size) {
    if (!isSized()) {
      throw new DoptException(
          ErrorCode.USAGE,
          "The size "
              + size
              + " is not possible: images of a "
              + model.pipelineClass()
              + " have the one size of its config. Leave --size out.");
    }
    check(size, "height", size.height());
    check(size, "width", size.width());
  }

  private void check(ImageSize size, String symbol, long pixels) {
    long minimum = 1;
    long maximum = Long.MAX_VALUE;
    long multiple = 1;
    for (Map.Entry<String, Component> entry : model.components().entrySet()) {
      SymbolRange range = entry.getValue().graph().symbols().get(symbol);
      if (range != null) {
        long unit = pixelsPerStep(entry.getKey());
        minimum = Math.max(minimum, range.minimum() * unit);
        maximum = Math.min(maximum, range.maximum() * unit);
        multiple = SymbolRange.leastCommonMultiple(multiple, range.multipleOf() * unit);
      }
    }
    if (pixels < minimum || pixels > maximum || pixels % multiple != 0) {
      long lowest = (minimum + multiple - 1) / multiple * multiple;
      long highest = maximum / multiple * multiple;
      TreeSet<Long> nearest = new TreeSet<>();
      nearest.add(Math.max(lowest, Math.min(highest, pixels / multiple * multiple)));
      nearest.add(Math.max(lowest, Math.min(highest, (pixels / multiple + 1) * multiple)));
      throw new DoptException(
          ErrorCode.USAGE,
          String.format(
              "The size %s is not possible: the %s must be a multiple of %d from %d to %d. The"
                  + " nearest is %s.",
              size,
              symbol,
              multiple,
              lowest,
              highest,
              nearest.stream().map(String::valueOf).collect(Collectors.joining(" or "))));
    }
  }
}
