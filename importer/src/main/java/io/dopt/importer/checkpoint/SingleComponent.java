package io.dopt.importer.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dopt.ir.pipeline.Tokenizer;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The folder of one component alone, config.json and weights. */
final class SingleComponent implements Checkpoint {
  private final CheckpointFolder folder;
  private final String name;
  private final ComponentClass componentClass;
  private final Optional<String> variant;
  private final List<WeightFile> files = new ArrayList<>();
  private CheckpointComponent opened;

  /**
   * @throws DoptException (BAD_INPUT) when config.json does not say its class; (USAGE) when there
   *     are no weights of the variant
   */
  SingleComponent(Path source, Optional<String> variant) {
    this.folder = new CheckpointFolder(source);
    this.variant = variant;
    Path path = folder.require("config.json");
    ObjectNode config = JsonFile.read(path);
    String diffusersClass = config.path("_class_name").asText("");
    String fallback = config.path("model_type").asText("").equals("clip") ? ClipFolder.CLASS : "";
    String transformersClass = config.path("architectures").path(0).asText(fallback);
    if (diffusersClass.isEmpty() && transformersClass.isEmpty()) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          path
              + " has neither \"_class_name\" (diffusers) nor \"architectures\" (transformers), so"
              + " it does not say what the weights are.");
    }
    this.componentClass =
        diffusersClass.isEmpty()
            ? new ComponentClass("transformers", transformersClass)
            : new ComponentClass("diffusers", diffusersClass);
    this.name = usualName(componentClass.className());
    variant.ifPresent(this::requireVariant);
  }

  String className() {
    return componentClass.className();
  }

  /** The name the class has in Stable Diffusion pipelines. */
  private static String usualName(String className) {
    if (className.startsWith("UNet")) {
      return "unet";
    }
    if (className.startsWith("Autoencoder")) {
      return "vae";
    }
    if (className.startsWith("CLIPVision")) {
      return "image_encoder";
    }
    return className.startsWith("CLIPText") ? "text_encoder" : "model";
  }

  private void requireVariant(String wanted) {
    var variants = new ComponentFolder(folder, name, "", componentClass).variants();
    if (!variants.contains(wanted)) {
      throw new DoptException(
          ErrorCode.USAGE,
          String.format(
              "%s has no weights of the variant %s; it has %s.", source(), wanted, variants));
    }
  }

  @Override
  public Path source() {
    return folder.root();
  }

  @Override
  public Optional<String> pipelineClass() {
    return Optional.empty();
  }

  @Override
  public ObjectNode options() {
    return JsonFile.object();
  }

  @Override
  public SortedMap<String, ComponentClass> components() {
    return new TreeMap<>(Map.of(name, componentClass));
  }

  @Override
  public CheckpointComponent component(String wanted) {
    if (!wanted.equals(name)) {
      throw Checkpoint.noSuchComponent(this, wanted);
    }
    if (opened == null) {
      opened = new ComponentFolder(folder, name, "", componentClass).open(variant, files::add);
    }
    return opened;
  }

  @Override
  public List<String> tokenizers() {
    return List.of();
  }

  @Override
  public Tokenizer tokenizer(String wanted, int maximumPositions) {
    throw new DoptException(
        ErrorCode.BAD_INPUT, source() + " is a single component and has no " + wanted + ".");
  }

  @Override
  public Optional<ObjectNode> scheduler() {
    return Optional.empty();
  }

  @Override
  public List<Path> sources() {
    return folder.used();
  }

  @Override
  public List<String> notes() {
    return List.of();
  }

  @Override
  public void close() {
    files.forEach(WeightFile::close);
  }
}
