package io.dopt.evals.feature;

import io.dopt.runtime.bundle.ImageSize;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.runtime.engine.OnnxImageModel;
import io.dopt.runtime.image.ImagePreprocessing;
import io.dopt.runtime.image.RgbImage;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Features by an ONNX file that takes images f32 [N, 3, H, W]. Every output is a layer: [1, C] a
 * vector, [1, places, C] a sequence, [1, C, H, W] an image. The vector of an image is its last
 * output, averaged over places.
 */
public final class OnnxFeatures implements FeatureNetwork {
  private final Path file;
  private final OnnxImageModel model;
  private final ImagePreprocessing preprocessing;

  private OnnxFeatures(Path file, OnnxImageModel model, ImagePreprocessing preprocessing) {
    this.file = file;
    this.model = model;
    this.preprocessing = preprocessing;
  }

  /**
   * How images are prepared: stretched with a bicubic filter, scaled to 0..1, normalised.
   *
   * @param size what they are stretched to; default the size that the file's input has
   * @param mean subtracted per channel
   * @param deviation divided by per channel
   */
  public record Preparation(Optional<ImageSize> size, List<Double> mean, List<Double> deviation) {
    /** Values in 0..1 as they are. */
    public static final Preparation NONE =
        new Preparation(Optional.empty(), List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0));
  }

  /**
   * Opens a network.
   *
   * @throws DoptException (IO, BAD_INPUT) when the file is no such network; (USAGE) when it takes
   *     images of any size and none is given, or of another size than the given one
   */
  public static OnnxFeatures open(Path file, Preparation preparation, EngineOptions options) {
    OnnxImageModel model = OnnxImageModel.open(file, options);
    try {
      ImageSize size = size(file, model, preparation.size());
      return new OnnxFeatures(
          file, model, ImagePreprocessing.to(size, preparation.mean(), preparation.deviation()));
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  private static ImageSize size(Path file, OnnxImageModel model, Optional<ImageSize> asked) {
    if (asked.isEmpty() && (model.height().isEmpty() || model.width().isEmpty())) {
      throw new DoptException(
          ErrorCode.USAGE,
          file
              + " takes images of any size. Say with --features-size HxW which one it was trained"
              + " for.");
    }
    ImageSize size =
        asked.orElseGet(
            () ->
                new ImageSize(
                    Math.toIntExact(model.height().getAsLong()),
                    Math.toIntExact(model.width().getAsLong())));
    if (model.height().orElse(size.height()) != size.height()
        || model.width().orElse(size.width()) != size.width()) {
      throw new DoptException(
          ErrorCode.USAGE,
          String.format(
              "%s takes images of %dx%d, not of --features-size %s.",
              file,
              model.height().orElse(size.height()),
              model.width().orElse(size.width()),
              size));
    }
    return size;
  }

  @Override
  public String label() {
    return file.getFileName().toString();
  }

  @Override
  public boolean isClip() {
    return false;
  }

  @Override
  public ImageFeatures features(RgbImage image) {
    List<FeatureMap> maps = new ArrayList<>();
    for (DenseTensor output : model.run(preprocessing.pixelValues(image))) {
      maps.add(map(output, file));
    }
    return new ImageFeatures(average(maps.get(maps.size() - 1)), maps);
  }

  static FeatureMap map(DenseTensor output, Path file) {
    List<Long> shape = output.shape();
    if (shape.size() < 2 || shape.size() > 4 || shape.get(0) != 1 || shape.contains(0L)) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          file
              + " gives an output of shape "
              + shape
              + " for one image; dopt takes [1, features], [1, places, features] and [1, features,"
              + " height, width].");
    }
    float[] values = output.toFloats();
    if (shape.size() < 4) {
      int channels = Math.toIntExact(shape.get(shape.size() - 1));
      return new FeatureMap(values.length / channels, channels, values);
    }
    int channels = Math.toIntExact(shape.get(1));
    int places = values.length / channels;
    float[] byPlace = new float[values.length];
    for (int channel = 0; channel < channels; channel++) {
      for (int place = 0; place < places; place++) {
        byPlace[place * channels + channel] = values[channel * places + place];
      }
    }
    return new FeatureMap(places, channels, byPlace);
  }

  private static float[] average(FeatureMap map) {
    double[] sums = new double[map.channels()];
    for (int i = 0; i < map.values().length; i++) {
      sums[i % map.channels()] += map.values()[i];
    }
    float[] average = new float[map.channels()];
    for (int channel = 0; channel < average.length; channel++) {
      average[channel] = (float) (sums[channel] / map.places());
    }
    return average;
  }

  @Override
  public void close() {
    model.close();
  }
}
