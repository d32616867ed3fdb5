package io.dopt.runtime.pipeline;

import io.dopt.runtime.bundle.BundleManifest;
import io.dopt.runtime.bundle.ComponentManifest;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.runtime.bundle.TensorSignature;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.SymbolRange;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The arithmetic between the size of an image and that of its latents, and which sizes the bundle's
 * components take.
 */
final class LatentSize {
  private final int channels;
  private final Axis height;
  private final Axis width;

  /**
   * Reads the shapes of the unet and the VAE's decoder.
   *
   * @throws DoptException (UNSUPPORTED) when the unet's channels are not the VAE's: an inpainting
   *     or editing model
   */
  LatentSize(BundleManifest manifest) {
    ComponentManifest unet = component(manifest, Denoiser.COMPONENT);
    ComponentManifest decoder = component(manifest, ImageDecoder.COMPONENT);
    TensorSignature sample = find(unet.inputs(), "sample");
    TensorSignature latent = find(decoder.inputs(), "latent");
    TensorSignature image = find(decoder.outputs(), "sample");
    if (!sample.shape().get(1).equals(latent.shape().get(1))) {
      throw new DoptException(
          ErrorCode.UNSUPPORTED,
          String.format(
              "The unet takes %s channels and the VAE gives %s: a model for inpainting or editing, "
                  + "which %s does not generate with.",
              sample.shape().get(1), latent.shape().get(1), manifest.pipeline()));
    }
    if (!find(unet.outputs(), "sample").shape().get(1).equals(sample.shape().get(1))) {
      throw new DoptException(
          ErrorCode.UNSUPPORTED,
          String.format(
              "The unet predicts %s channels for latents of %s: a model with a learned variance, "
                  + "which %s does not generate with.",
              find(unet.outputs(), "sample").shape().get(1),
              sample.shape().get(1),
              manifest.pipeline()));
    }
    channels = Math.toIntExact(sample.shape().get(1).constant());
    height = Axis.of("height", unet, sample, decoder, latent, image, 2);
    width = Axis.of("width", unet, sample, decoder, latent, image, 3);
  }

  private static ComponentManifest component(BundleManifest manifest, String name) {
    return manifest
        .component(name)
        .orElseThrow(
            () ->
                new DoptException(
                    ErrorCode.BAD_INPUT,
                    "The bundle has no " + name + ", which " + manifest.pipeline() + " needs."));
  }

  private static TensorSignature find(List<TensorSignature> tensors, String name) {
    return tensors.stream()
        .filter(tensor -> tensor.name().equals(name))
        .findFirst()
        .orElseThrow(
            () -> new DoptException(ErrorCode.BAD_INPUT, "The bundle lacks a '" + name + "'."));
  }

  /** Channels of the latents. */
  int channels() {
    return channels;
  }

  /**
   * The shape {@code [C, h, w]} of the latents of an image.
   *
   * @throws DoptException (USAGE) when the components do not take that size, naming the nearest
   */
  List<Long> shapeOf(ImageSize size) {
    if (!height.takes(size.height()) || !width.takes(size.width())) {
      throw new DoptException(
          ErrorCode.USAGE,
          String.format(
              "The size %s (height x width) is not possible: the height must be %s, the width %s. "
                  + "The nearest is %s.",
              size, height, width, nearest(size)));
    }
    return List.of((long) channels, size.height() / height.factor, size.width() / width.factor);
  }

  /** The possible size nearest to the given one. */
  ImageSize nearest(ImageSize size) {
    return new ImageSize(height.nearest(size.height()), width.nearest(size.width()));
  }

  /** The smallest possible size within the given one, else the smallest possible. */
  ImageSize within(ImageSize size) {
    return new ImageSize(height.within(size.height()), width.within(size.width()));
  }

  /**
   * The sizes along one side of the image.
   *
   * @param factor pixels per latent
   * @param step the size is a multiple of it, in pixels
   * @param minimum in pixels, a multiple of step
   * @param maximum in pixels, a multiple of step
   */
  private record Axis(long factor, long step, long minimum, long maximum) {
    static Axis of(
        String name,
        ComponentManifest unet,
        TensorSignature sample,
        ComponentManifest decoder,
        TensorSignature latent,
        TensorSignature image,
        int axis) {
      SymbolRange first = rangeOf(unet, sample.shape().get(axis));
      SymbolRange second = rangeOf(decoder, latent.shape().get(axis));
      long multiple = SymbolRange.leastCommonMultiple(first.multipleOf(), second.multipleOf());
      long minimum = Math.max(first.minimum(), second.minimum());
      long maximum = Math.min(first.maximum(), second.maximum());
      long factor = factor(decoder, image.shape().get(axis), latent.shape().get(axis));
      Axis result =
          new Axis(
              factor,
              factor * multiple,
              factor * Math.floorDiv(minimum + multiple - 1, multiple) * multiple,
              factor * (maximum / multiple) * multiple);
      if (result.minimum > result.maximum) {
        throw new DoptException(
            ErrorCode.BAD_INPUT, "The unet and the VAE have no " + name + " in common.");
      }
      return result;
    }

    private static SymbolRange rangeOf(ComponentManifest component, Dimension dimension) {
      if (dimension.isConstant()) {
        long value = dimension.constant();
        return new SymbolRange(value, value, 1);
      }
      SymbolRange range = component.symbols().get(dimension.toString());
      if (range == null) {
        throw new DoptException(
            ErrorCode.BAD_INPUT,
            "The latents' side '" + dimension + "' is neither a number nor a symbol.");
      }
      return range;
    }

    /** The decoder's enlargement, from its output's size for a latent of the given size. */
    private static long factor(ComponentManifest decoder, Dimension image, Dimension latent) {
      Map<String, Long> smallest = new TreeMap<>();
      decoder.symbols().forEach((name, range) -> smallest.put(name, range.minimum()));
      return image.evaluate(smallest) / latent.evaluate(smallest);
    }

    boolean takes(int pixels) {
      return pixels >= minimum && pixels <= maximum && pixels % step == 0;
    }

    int nearest(int pixels) {
      return clamp(Math.round((double) pixels / step) * step);
    }

    int within(int pixels) {
      return clamp(pixels / step * step);
    }

    private int clamp(long pixels) {
      return Math.toIntExact(Math.max(minimum, Math.min(maximum, pixels)));
    }

    @Override
    public String toString() {
      return minimum == maximum
          ? Long.toString(minimum)
          : "a multiple of " + step + " from " + minimum + " to " + maximum;
    }
  }
}
