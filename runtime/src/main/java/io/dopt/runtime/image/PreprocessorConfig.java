package io.dopt.runtime.image;

import com.fasterxml.jackson.databind.JsonNode;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.runtime.image.ImagePreprocessing.Resize;
import io.dopt.runtime.image.ImagePreprocessing.Target;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A preprocessor_config.json of transformers' CLIPImageProcessor: every key is honoured, known to
 * change nothing, or refused by name. What is absent has the processor's default.
 */
final class PreprocessorConfig {
  private static final int DEFAULT_SIZE = 224;
  private static final int LARGEST_SIDE = 1 << 12;

  /** Of OpenAI's CLIP. */
  private static final List<Double> DEFAULT_MEAN = List.of(0.48145466, 0.4578275, 0.40821073);

  private static final List<Double> DEFAULT_DEVIATION = List.of(0.26862954, 0.26130258, 0.27577711);

  private static final Set<String> PROCESSORS =
      Set.of(
          "CLIPImageProcessor",
          "CLIPImageProcessorFast",
          "CLIPImageProcessorPil",
          "CLIPFeatureExtractor");

  /** How the Python class runs and hands its result over; images here are RGB already. */
  private static final Set<String> WITHOUT_EFFECT =
      Set.of(
          "processor_class",
          "do_convert_rgb",
          "data_format",
          "input_data_format",
          "return_tensors",
          "device",
          "disable_grouping",
          "default_to_square",
          "_valid_processor_keys",
          "_processor_class");

  private final JsonNode config;
  private final Set<String> read = new HashSet<>(WITHOUT_EFFECT);

  private PreprocessorConfig(JsonNode config) {
    this.config = config;
  }

  static ImagePreprocessing read(JsonNode config) {
    if (!config.isObject()) {
      throw new DoptException(
          ErrorCode.BAD_INPUT, "The preprocessor config is not a JSON object: " + config + ".");
    }
    return new PreprocessorConfig(config).read();
  }

  private ImagePreprocessing read() {
    requireProcessor("image_processor_type");
    requireProcessor("feature_extractor_type");
    ImageSize size = new ImageSize(DEFAULT_SIZE, DEFAULT_SIZE);
    Target target = value("size").map(this::target).orElse(new Target.ShortestEdge(DEFAULT_SIZE));
    Resampling filter = value("resample").map(this::filter).orElse(Resampling.BICUBIC);
    ImageSize crop = value("crop_size").map(this::crop).orElse(size);
    double rescale =
        value("rescale_factor").map(node -> number("rescale_factor", node)).orElse(1 / 255.0);
    List<Double> mean =
        value("image_mean").map(node -> numbers("image_mean", node)).orElse(DEFAULT_MEAN);
    List<Double> deviation =
        value("image_std").map(node -> numbers("image_std", node)).orElse(DEFAULT_DEVIATION);
    if (deviation.contains(0.0)) {
      throw bad("image_std", "numbers other than zero");
    }
    boolean normalizes = flag("do_normalize");
    ImagePreprocessing preprocessing =
        new ImagePreprocessing(
            flag("do_resize") ? Optional.of(new Resize(target, filter)) : Optional.empty(),
            flag("do_center_crop") ? Optional.of(crop) : Optional.empty(),
            flag("do_rescale") ? rescale : 1,
            normalizes ? mean : List.of(0.0, 0.0, 0.0),
            normalizes ? deviation : List.of(1.0, 1.0, 1.0));
    requireNothingElse();
    return preprocessing;
  }

  private Optional<JsonNode> value(String key) {
    read.add(key);
    return Optional.ofNullable(config.get(key)).filter(node -> !node.isNull());
  }

  /** All steps are taken unless the config says otherwise. */
  private boolean flag(String key) {
    return value(key)
        .map(
            node -> {
              if (!node.isBoolean()) {
                throw bad(key, "true or false");
              }
              return node.booleanValue();
            })
        .orElse(true);
  }

  private void requireProcessor(String key) {
    value(key)
        .filter(node -> !PROCESSORS.contains(node.asText()))
        .ifPresent(
            node -> {
              throw unsupported(key, "CLIPImageProcessor");
            });
  }

  /** Old files have one number, which is the shortest edge. */
  private Target target(JsonNode node) {
    if (node.isObject() && keys(node).equals(Set.of("height", "width"))) {
      return new Target.Exactly(size("size", node));
    }
    if (node.isObject() && keys(node).equals(Set.of("shortest_edge"))) {
      return new Target.ShortestEdge(pixels("size", node.get("shortest_edge")));
    }
    if (node.isNumber()) {
      return new Target.ShortestEdge(pixels("size", node));
    }
    throw unsupported("size", "{\"height\", \"width\"} and {\"shortest_edge\"}");
  }

  private ImageSize crop(JsonNode node) {
    if (node.isObject() && keys(node).equals(Set.of("height", "width"))) {
      return size("crop_size", node);
    }
    if (node.isNumber()) {
      int side = pixels("crop_size", node);
      return new ImageSize(side, side);
    }
    throw unsupported("crop_size", "{\"height\", \"width\"} and a number");
  }

  private ImageSize size(String key, JsonNode node) {
    return new ImageSize(pixels(key, node.get("height")), pixels(key, node.get("width")));
  }

  private static Set<String> keys(JsonNode node) {
    Set<String> keys = new TreeSet<>();
    node.fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  private int pixels(String key, JsonNode node) {
    if (!node.isInt() || node.intValue() < 1 || node.intValue() > LARGEST_SIDE) {
      throw bad(key, "whole numbers from 1 to " + LARGEST_SIDE);
    }
    return node.intValue();
  }

  /** PIL.Image.Resampling by number. */
  private Resampling filter(JsonNode node) {
    return switch (node.isInt() ? node.intValue() : -1) {
      case 1 -> Resampling.LANCZOS;
      case 2 -> Resampling.BILINEAR;
      case 3 -> Resampling.BICUBIC;
      default -> throw unsupported("resample", "1 (Lanczos), 2 (bilinear) and 3 (bicubic)");
    };
  }

  private double number(String key, JsonNode node) {
    if (!node.isNumber() || !Double.isFinite(node.doubleValue())) {
      throw bad(key, "a finite number");
    }
    return node.doubleValue();
  }

  private List<Double> numbers(String key, JsonNode node) {
    if (!node.isArray() || node.size() != RgbImage.CHANNELS) {
      throw bad(key, "a list of three numbers");
    }
    List<Double> numbers = new ArrayList<>();
    node.forEach(item -> numbers.add(number(key, item)));
    return numbers;
  }

  private void requireNothingElse() {
    TreeSet<String> unknown = new TreeSet<>(keys(config));
    unknown.removeAll(read);
    // A step that has no name here is off when it is null or false.
    unknown.removeIf(key -> config.get(key).isNull() || isOff(key));
    if (!unknown.isEmpty()) {
      throw new DoptException(
          ErrorCode.UNSUPPORTED,
          "The preprocessor config has keys that dopt does not know: "
              + String.join(", ", unknown)
              + ". It will not guess whether they change the image; remove them if they do not.");
    }
  }

  private boolean isOff(String key) {
    return key.startsWith("do_") && config.get(key).isBoolean() && !config.get(key).booleanValue();
  }

  private DoptException unsupported(String key, String supported) {
    return new DoptException(
        ErrorCode.UNSUPPORTED,
        String.format(
            "The preprocessor config has %s %s; dopt supports %s.",
            key, config.get(key), supported));
  }

  private DoptException bad(String key, String wanted) {
    return new DoptException(
        ErrorCode.BAD_INPUT,
        String.format(
            "The preprocessor config has %s %s where %s must be.", key, config.get(key), wanted));
  }
}
