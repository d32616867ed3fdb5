package io.dopt.importer.synthetic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dopt.importer.family.FamilyBuilders;
import io.dopt.importer.family.nn.TensorInventory;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.LazyTensor;
import io.dopt.tensor.LazyTensors;
import io.dopt.tensor.OutputFolder;
import io.dopt.tensor.SafetensorsWriter;
import io.dopt.tensor.WriteFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A checkpoint that does not exist yet: the configuration of one, and the tensors that the family
 * builders want for it.
 */
public final class RandomCheckpoint {
  private static final String MODEL_INDEX = "model_index.json";
  private static final String PROMPTS = "prompts.txt";
  private static final String CONFIG = "config.json";
  private static final List<String> TOKENIZER_FILES =
      List.of(
          "tokenizer.json",
          "vocab.json",
          "merges.txt",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json");

  private final CheckpointTemplate template;
  private final List<Component> components = new ArrayList<>();

  /** Small files to copy, by their path. */
  private final Map<String, byte[]> files = new LinkedHashMap<>();

  /**
   * A network to write.
   *
   * @param name of the component; of its class when it is alone
   * @param weights path of its weight file
   * @param tensors what it holds
   */
  public record Component(String name, String weights, List<TensorInventory.Request> tensors) {
    public Component {
      tensors = List.copyOf(tensors);
    }

    /** Number of elements of all tensors. */
    public long parameters() {
      return tensors.stream()
          .mapToLong(tensor -> tensor.shape().stream().reduce(1L, Math::multiplyExact))
          .sum();
    }
  }

  private RandomCheckpoint(CheckpointTemplate template) {
    this.template = template;
  }

  /**
   * Plans a checkpoint.
   *
   * @param nameOrFolder {@code sd15}, {@code sd21}, {@code sdxl}, or a folder with the
   *     configuration of a pipeline or of one component; weights there are not looked at
   * @throws DoptException (USAGE) when it is neither; (BAD_INPUT, UNSUPPORTED) when a configuration
   *     is missing or not honoured
   */
  public static RandomCheckpoint of(String nameOrFolder) {
    RandomCheckpoint checkpoint = new RandomCheckpoint(CheckpointTemplate.of(nameOrFolder));
    if (checkpoint.template.read(MODEL_INDEX).isPresent()) {
      checkpoint.planPipeline();
    } else {
      checkpoint.planComponent("", checkpoint.className());
    }
    return checkpoint;
  }

  /** The networks it consists of. */
  public List<Component> components() {
    return List.copyOf(components);
  }

  private void planPipeline() {
    ObjectNode index = template.json(MODEL_INDEX);
    files.put(MODEL_INDEX, template.read(MODEL_INDEX).orElseThrow());
    template.read(PROMPTS).ifPresent(bytes -> files.put(PROMPTS, bytes));
    for (Map.Entry<String, JsonNode> entry : index.properties()) {
      String name = entry.getKey();
      JsonNode value = entry.getValue();
      if (name.startsWith("_") || !value.isArray() || !value.path(1).isTextual()) {
        continue;
      }
      if (!name.matches("[A-Za-z0-9_]+")) {
        throw new DoptException(
            ErrorCode.BAD_INPUT,
            template.name() + ": \"" + name + "\" in " + MODEL_INDEX + " cannot be a folder.");
      }
      String className = value.get(1).asText();
      if (className.contains("Tokenizer")) {
        copy(name, TOKENIZER_FILES);
      } else if (className.endsWith("Scheduler")) {
        copy(name, List.of("scheduler_config.json"));
      } else if (!name.equals("safety_checker") && !name.equals("feature_extractor")) {
        planComponent(name + "/", className);
      }
    }
  }

  private void copy(String folder, List<String> names) {
    for (String name : names) {
      String path = folder + "/" + name;
      template.read(path).ifPresent(bytes -> files.put(path, bytes));
    }
  }

  private void planComponent(String folder, String className) {
    ObjectNode config = template.json(folder + CONFIG);
    files.put(folder + CONFIG, template.read(folder + CONFIG).orElseThrow());
    boolean transformers = config.path("_class_name").isMissingNode();
    components.add(
        new Component(
            folder.isEmpty() ? className : folder.substring(0, folder.length() - 1),
            folder + (transformers ? "model" : "diffusion_pytorch_model") + ".safetensors",
            FamilyBuilders.standard().inventory(className, config)));
  }

  /** The class of a component that is no part of a pipeline. */
  private String className() {
    ObjectNode config = template.json(CONFIG);
    return Optional.of(config.path("_class_name"))
        .filter(JsonNode::isTextual)
        .or(() -> Optional.of(config.path("architectures").path(0)).filter(JsonNode::isTextual))
        .map(JsonNode::asText)
        .orElseThrow(
            () ->
                new DoptException(
                    ErrorCode.BAD_INPUT,
                    template.name()
                        + " has no "
                        + MODEL_INDEX
                        + ", and its "
                        + CONFIG
                        + " names no class."));
  }

  /** Told of the writing. */
  public interface Listener {
    /** A component's weights are about to be written. */
    void componentStarted(Component component, long bytes);

    /** So many bytes more are written. */
    void bytesWritten(long bytes);
  }

  /**
   * Writes the checkpoint; it appears whole or not at all.
   *
   * @param type of all weights: float32, float16 or bfloat16
   * @return bytes of all weights
   * @throws DoptException (IO) when the target exists and {@code force} is not given, or writing
   *     fails
   */
  public long write(Path target, boolean force, ElementType type, long seed, Listener listener) {
    String marker = files.containsKey(MODEL_INDEX) ? MODEL_INDEX : CONFIG;
    long total = 0;
    try (OutputFolder output = OutputFolder.create(target, force, marker)) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        writeFile(output.resolve(file.getKey()), file.getValue());
      }
      for (Component component : components) {
        long bytes = type.byteSize(component.parameters());
        listener.componentStarted(component, bytes);
        Map<String, LazyTensor> tensors = new LinkedHashMap<>();
        for (TensorInventory.Request request : component.tensors()) {
          LazyTensor random =
              Initialization.of(request.name(), request.shape(), seedOf(seed, component));
          tensors.put(
              request.name(), new ObservedTensor(cast(random, type), listener::bytesWritten));
        }
        SafetensorsWriter.write(
            output.resolve(component.weights()), tensors, Map.of("format", "pt"));
        total += bytes;
      }
      output.commit();
    }
    return total;
  }

  private static long seedOf(long seed, Component component) {
    return RandomTensor.seedOf(seed, component.weights());
  }

  private static LazyTensor cast(LazyTensor tensor, ElementType type) {
    return tensor.elementType() == type ? tensor : LazyTensors.cast(tensor, type);
  }

  private static void writeFile(Path file, byte[] content) {
    try {
      Files.write(file, content);
    } catch (IOException e) {
      throw WriteFailure.of(file, content.length, e);
    }
  }
}
