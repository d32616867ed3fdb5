package io.dopt.evals.feature;

import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.ComponentManifest;
import io.dopt.runtime.engine.ComponentEngines;
import io.dopt.runtime.engine.EngineCall;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.runtime.engine.TensorBuffer;
import io.dopt.runtime.image.ImagePreprocessing;
import io.dopt.runtime.image.RgbImage;
import io.dopt.runtime.tokenizer.PromptTokenizer;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A compiled CLIP: embeddings of texts and images, projected and not normalised. */
public final class ClipModel implements FeatureNetwork {
  /** The pipeline class of its bundles. */
  public static final String PIPELINE = "CLIPModel";

  private static final String TEXT = "text_model";
  private static final String VISION = "vision_model";
  private static final Map<String, Long> ONE = Map.of("batch", 1L);

  private final String label;
  private final ImagePreprocessing preprocessing;
  private final List<Long> pixelShape;
  private final ComponentEngines engines;
  private final PromptTokenizer tokenizer;

  private ClipModel(String label, Bundle bundle, EngineOptions options) {
    this.label = label;
    this.preprocessing =
        ImagePreprocessing.of(bundle.manifest().options().path("preprocessor_config"));
    ComponentManifest vision = bundle.component(VISION);
    bundle.component(TEXT);
    this.pixelShape = pixelShape(bundle, vision, preprocessing);
    this.engines = new ComponentEngines(bundle, options);
    this.tokenizer = PromptTokenizer.open(bundle, "tokenizer");
  }

  /**
   * Opens the bundle that {@code dopt compile} made of a CLIP.
   *
   * @param label for readers, in the manner of {@code CLIP shapes-world-clip}
   * @throws DoptException (IO, BAD_INPUT, UNSUPPORTED) when it is no bundle of a CLIP, or its
   *     preprocessor config is not honoured or does not fit its vision model
   */
  public static ClipModel open(Path folder, String label, EngineOptions options) {
    Bundle bundle = Bundle.open(folder);
    if (!bundle.manifest().pipeline().equals(PIPELINE)) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          String.format(
              "%s is a bundle of the pipeline %s, not of a %s.",
              folder, bundle.manifest().pipeline(), PIPELINE));
    }
    return new ClipModel(label, bundle, options);
  }

  private static List<Long> pixelShape(
      Bundle bundle, ComponentManifest vision, ImagePreprocessing preprocessing) {
    List<Long> shape = vision.inputs().get(0).evaluate(ONE);
    preprocessing
        .outputSize()
        .filter(size -> shape.get(2) != size.height() || shape.get(3) != size.width())
        .ifPresent(
            size -> {
              throw new DoptException(
                  ErrorCode.BAD_INPUT,
                  String.format(
                      "%s: the preprocessor config makes images of %s, but the vision model takes"
                          + " %dx%d. They are not of one CLIP.",
                      bundle.folder(), size, shape.get(2), shape.get(3)));
            });
    return shape;
  }

  /** The embedding of a text, which is cut to the model's window. */
  public float[] textEmbedding(String text) {
    try (EngineCall call = engines.prepare(TEXT, ONE)) {
      call.input("input_ids").put(0, tokenizer.encode(text).ids());
      call.run();
      return values(call.output("text_embeds"));
    }
  }

  /** The embedding of an image, prepared as the preprocessor config says. */
  public float[] imageEmbedding(RgbImage image) {
    return features(image).vector();
  }

  @Override
  public String label() {
    return label;
  }

  @Override
  public boolean isClip() {
    return true;
  }

  /** The vector is image_embeds, the map last_hidden_state: the class token and the patches. */
  @Override
  public ImageFeatures features(RgbImage image) {
    DenseTensor pixels = preprocessing.pixelValues(image);
    if (!pixels.shape().equals(pixelShape)) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          String.format(
              "The preprocessor config of %s makes %s of an image of %s, but the network takes %s.",
              label, pixels.shape(), image.size(), pixelShape));
    }
    try (EngineCall call = engines.prepare(VISION, ONE)) {
      call.input("pixel_values").put(0, pixels.toFloats());
      call.run();
      TensorBuffer hidden = call.output("last_hidden_state");
      FeatureMap map =
          new FeatureMap(
              Math.toIntExact(hidden.shape().get(1)),
              Math.toIntExact(hidden.shape().get(2)),
              values(hidden));
      return new ImageFeatures(values(call.output("image_embeds")), List.of(map));
    }
  }

  private static float[] values(TensorBuffer buffer) {
    float[] values = new float[buffer.elementCount()];
    buffer.get(0, values);
    return values;
  }

  @Override
  public void close() {
    tokenizer.close();
    engines.close();
  }
}
