package io.dopt.importer.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A diffusers pipeline's model_index.json: the class, {@code [library, class]} for every component,
 * and options.
 *
 * @param path the file
 * @param pipelineClass its {@code _class_name}
 * @param components every component that is present, tokenizers and scheduler among them
 * @param options the keys that are neither
 */
record ModelIndex(
    Path path,
    String pipelineClass,
    SortedMap<String, ComponentClass> components,
    ObjectNode options) {
  static final String FILE_NAME = "model_index.json";

  /** Component names become folder names, so they must be nothing else. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_]{1,100}");

  static ModelIndex read(Path path) {
    ObjectNode json = JsonFile.read(path);
    String pipelineClass = json.path("_class_name").asText("");
    if (pipelineClass.isEmpty()) {
      throw refuse(path, "has no \"_class_name\"");
    }
    SortedMap<String, ComponentClass> components = new TreeMap<>();
    ObjectNode options = JsonFile.object();
    for (Map.Entry<String, JsonNode> entry : json.properties()) {
      String key = entry.getKey();
      JsonNode value = entry.getValue();
      if (key.startsWith("_")) {
        continue;
      }
      if (!value.isArray()) {
        options.set(key, value);
      } else if (value.size() == 2 && value.get(0).isNull() && value.get(1).isNull()) {
        continue;
      } else if (value.size() == 2 && value.get(0).isTextual() && value.get(1).isTextual()) {
        if (!NAME.matcher(key).matches()) {
          throw refuse(path, "names a component \"" + key + "\", which cannot be a folder");
        }
        components.put(key, new ComponentClass(value.get(0).asText(), value.get(1).asText()));
      } else {
        throw refuse(path, "has " + value + " for \"" + key + "\", not a library and a class");
      }
    }
    return new ModelIndex(path, pipelineClass, components, options);
  }

  private static DoptException refuse(Path path, String what) {
    return new DoptException(
        ErrorCode.BAD_INPUT, path + " " + what + ". It is not a diffusers pipeline.");
  }
}
