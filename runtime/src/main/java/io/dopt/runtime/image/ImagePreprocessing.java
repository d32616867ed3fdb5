package io.dopt.runtime.image;

import com.fasterxml.jackson.databind.JsonNode;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.List;
import java.util.Optional;

/**
 * Makes an image what a vision network takes: resized, cropped, rescaled and normalised, as
 * transformers' {@code CLIPImageProcessorPil} does, in float32. (The default processor of
 * transformers 5 resizes with torchvision, whose bytes differ by up to 1 here and there.)
 *
 * @param resize how images become smaller or larger; not at all when absent
 * @param crop the middle that is kept; everything when absent
 * @param rescale what a value of 0..255 is multiplied with; usually 1/255
 * @param mean subtracted per channel
 * @param deviation divided by per channel; not zero
 */
public record ImagePreprocessing(
    Optional<Resize> resize,
    Optional<ImageSize> crop,
    double rescale,
    List<Double> mean,
    List<Double> deviation) {
  private static final long MOST_PIXELS = 1 << 24;

  public ImagePreprocessing {
    mean = List.copyOf(mean);
    deviation = List.copyOf(deviation);
    if (mean.size() != RgbImage.CHANNELS || deviation.size() != RgbImage.CHANNELS) {
      throw new IllegalArgumentException("mean and deviation are per channel");
    }
  }

  /**
   * A change of size.
   *
   * @param target what it ends in
   * @param filter how pixels are mixed
   */
  public record Resize(Target target, Resampling filter) {}

  /** What a resize ends in. */
  public sealed interface Target {
    /** Exactly that size, whatever the image's proportions. */
    record Exactly(ImageSize size) implements Target {}

    /** The shorter side has that many pixels, the longer one as many as the proportions give. */
    record ShortestEdge(int pixels) implements Target {}
  }

  /**
   * Reads a preprocessor_config.json.
   *
   * @throws DoptException (BAD_INPUT, UNSUPPORTED) naming the key that is malformed, not honoured
   *     or unknown
   */
  public static ImagePreprocessing of(JsonNode config) {
    return PreprocessorConfig.read(config);
  }

  /** Stretches to one size with a bicubic filter, scales to 0..1 and normalises. */
  public static ImagePreprocessing to(ImageSize size, List<Double> mean, List<Double> deviation) {
    Resize resize = new Resize(new Target.Exactly(size), Resampling.BICUBIC);
    return new ImagePreprocessing(
        Optional.of(resize), Optional.empty(), 1 / 255.0, mean, deviation);
  }

  /** The size that every image ends in; empty when it depends on the image. */
  public Optional<ImageSize> outputSize() {
    return crop.or(
        () ->
            resize
                .map(Resize::target)
                .filter(Target.Exactly.class::isInstance)
                .map(target -> ((Target.Exactly) target).size()));
  }

  /**
   * Prepares one image, which is rounded to 8 bits first, as files hold it.
   *
   * @return pixel values f32 [1, 3, height, width]
   * @throws DoptException (BAD_INPUT) when the image is smaller than the crop, or so much longer
   *     than wide that it would become huge
   */
  public DenseTensor pixelValues(RgbImage image) {
    RgbImage sized = crop.map(size -> cropped(resized(image), size)).orElse(resized(image));
    int pixels = sized.size().height() * sized.size().width();
    float[] planes = new float[RgbImage.CHANNELS * pixels];
    for (int channel = 0; channel < RgbImage.CHANNELS; channel++) {
      float average = mean.get(channel).floatValue();
      float divisor = deviation.get(channel).floatValue();
      for (int i = 0; i < pixels; i++) {
        float scaled = (float) (sized.byteAt(RgbImage.CHANNELS * i + channel) * rescale);
        planes[channel * pixels + i] = (scaled - average) / divisor;
      }
    }
    List<Long> shape =
        List.of(
            1L,
            (long) RgbImage.CHANNELS,
            (long) sized.size().height(),
            (long) sized.size().width());
    return DenseTensor.ofFloats(shape, planes);
  }

  private RgbImage resized(RgbImage image) {
    return resize
        .map(how -> PillowResize.resize(image, target(image.size(), how.target()), how.filter()))
        .orElse(image);
  }

  private static ImageSize target(ImageSize size, Target target) {
    if (target instanceof Target.Exactly exactly) {
      return exactly.size();
    }
    int edge = ((Target.ShortestEdge) target).pixels();
    int shorter = Math.min(size.height(), size.width());
    int longer = Math.max(size.height(), size.width());
    // Python's int() of the exact quotient.
    long length = (long) ((double) ((long) edge * longer) / shorter);
    if (edge * length > MOST_PIXELS) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          String.format(
              "An image of %s would become one of %dx%d pixels by the shortest_edge %d of the"
                  + " preprocessor config.",
              size, edge, length, edge));
    }
    return size.width() <= size.height()
        ? new ImageSize((int) length, edge)
        : new ImageSize(edge, (int) length);
  }

  private static RgbImage cropped(RgbImage image, ImageSize size) {
    int top = (image.size().height() - size.height()) / 2;
    int left = (image.size().width() - size.width()) / 2;
    if (image.size().height() < size.height() || image.size().width() < size.width()) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          String.format(
              "An image of %s cannot be cropped to the crop_size %s of the preprocessor config.",
              image.size(), size));
    }
    float[] values = new float[RgbImage.CHANNELS * size.height() * size.width()];
    int row = RgbImage.CHANNELS * size.width();
    for (int y = 0; y < size.height(); y++) {
      int start = RgbImage.CHANNELS * ((top + y) * image.size().width() + left);
      System.arraycopy(image.values(), start, values, y * row, row);
    }
    return new RgbImage(size, values);
  }
}
