package io.dopt.compiler.proof.tensorrt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The engine inspector's JSON, of TensorRT 8 to 10. */
final class InspectorJson {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  InspectedEngine read(byte[] json) {
    JsonNode root;
    try {
      root = MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw bad("it is no JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw bad("it cannot be read: " + e.getMessage(), e);
    }
    JsonNode all = root.path("Layers");
    if (!all.isArray() || all.isEmpty()) {
      throw bad("it has no list 'Layers' with a layer in it", null);
    }
    List<InspectedLayer> layers = new ArrayList<>();
    for (int index = 0; index < all.size(); index++) {
      layers.add(layer(all.get(index), "Layers[" + index + "]"));
    }
    return new InspectedEngine(layers);
  }

  private static InspectedLayer layer(JsonNode layer, String where) {
    if (layer.isTextual()) {
      throw new DoptException(
          ErrorCode.ENGINE,
          "The engine tells the names of its layers alone, so what they compute in cannot be"
              + " proven. Build it with detailed profiling verbosity.");
    }
    if (!layer.isObject()) {
      throw bad(where + " is no object", null);
    }
    String name = required(layer, "Name", where);
    Optional<String> metadata = optional(layer, "Metadata", where);
    return new InspectedLayer(
        name,
        required(layer, "LayerType", where),
        optional(layer, "TacticName", where),
        optional(layer, "TacticValue", where),
        weights(layer, where),
        tensors(layer, "Inputs", where),
        tensors(layer, "Outputs", where),
        OnnxNodes.of(name, metadata));
  }

  /** Of a convolution {@code Weights}; of one fused with a pooling {@code ConvWeights}. */
  private static Optional<ElementType> weights(JsonNode layer, String where) {
    for (String key : List.of("Weights", "ConvWeights")) {
      if (layer.path(key).isObject()) {
        return optional(layer.get(key), "Type", where + "." + key).flatMap(Datatypes::of);
      }
    }
    return Optional.empty();
  }

  private static List<InspectedTensor> tensors(JsonNode layer, String key, String where) {
    JsonNode all = layer.path(key);
    if (all.isMissingNode() || all.isNull()) {
      return List.of();
    }
    if (!all.isArray()) {
      throw bad(where + "." + key + " is no list", null);
    }
    List<InspectedTensor> tensors = new ArrayList<>();
    for (JsonNode tensor : all) {
      String at = where + "." + key;
      if (!tensor.isObject()) {
        throw bad(at + " holds what is no tensor", null);
      }
      String format =
          optional(tensor, "Format/Datatype", at)
              .or(() -> optional(tensor, "Datatype", at))
              .orElse("");
      tensors.add(
          new InspectedTensor(
              optional(tensor, "Name", at).orElse(""), Datatypes.of(format), format));
    }
    return tensors;
  }

  private static String required(JsonNode object, String key, String where) {
    return optional(object, key, where)
        .orElseThrow(() -> bad(where + " has no '" + key + "'", null));
  }

  private static Optional<String> optional(JsonNode object, String key, String where) {
    JsonNode value = object.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return Optional.empty();
    }
    if (!value.isTextual()) {
      throw bad(where + "." + key + " is no text", null);
    }
    return Optional.of(value.textValue()).filter(text -> !text.isEmpty());
  }

  private static DoptException bad(String what, Exception cause) {
    return new DoptException(
        ErrorCode.ENGINE,
        "What TensorRT's engine inspector says cannot be understood: "
            + what
            + ". Report it with the TensorRT version, please.",
        cause);
  }
}
