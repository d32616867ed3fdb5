package io.dopt.importer.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dopt.ir.pipeline.Tokenizer;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A pipeline as {@code save_pretrained} of diffusers writes it: model_index.json and a folder for
 * each component.
 */
final class DiffusersFolder implements Checkpoint {
  private static final long MAXIMUM_PROMPT_BYTES = 1 << 20;

  private final CheckpointFolder folder;
  private final ModelIndex index;
  private final Optional<String> variant;
  private final SortedMap<String, ComponentClass> networks = new TreeMap<>();
  private final List<String> tokenizers = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final Map<String, CheckpointComponent> opened = new LinkedHashMap<>();
  private final List<WeightFile> files = new ArrayList<>();
  private Optional<String> scheduler = Optional.empty();

  /**
   * @throws DoptException (BAD_INPUT) when model_index.json is malformed; (USAGE) when no component
   *     has the variant
   */
  DiffusersFolder(Path source, Optional<String> variant) {
    this.folder = new CheckpointFolder(source);
    this.index = ModelIndex.read(folder.require(ModelIndex.FILE_NAME));
    this.variant = variant;
    index.components().forEach(this::sort);
    variant.ifPresent(this::requireVariant);
  }

  /** Networks are what is left when everything that has no graph is put aside. */
  private void sort(String name, ComponentClass componentClass) {
    String className = componentClass.className();
    if (className.endsWith("Tokenizer") || className.endsWith("TokenizerFast")) {
      tokenizers.add(name);
    } else if (name.equals("scheduler")) {
      scheduler = Optional.of(className);
    } else if (name.equals("safety_checker") || name.equals("feature_extractor")) {
      notes.add(String.format("%s (%s) is left out; dopt does not run it.", name, componentClass));
    } else {
      networks.put(name, componentClass);
    }
  }

  private void requireVariant(String wanted) {
    Set<String> variants = new TreeSet<>();
    networks.forEach((name, type) -> variants.addAll(componentFolder(name, type).variants()));
    if (!variants.contains(wanted)) {
      throw new DoptException(
          ErrorCode.USAGE,
          String.format(
              "%s has no weights of the variant %s. %s",
              source(),
              wanted,
              variants.isEmpty()
                  ? "It has no variants at all; leave --variant out."
                  : "It has the variants " + String.join(", ", variants) + "."));
    }
  }

  private ComponentFolder componentFolder(String name, ComponentClass componentClass) {
    return new ComponentFolder(folder, name, name, componentClass);
  }

  @Override
  public Path source() {
    return folder.root();
  }

  @Override
  public Optional<String> pipelineClass() {
    return Optional.of(index.pipelineClass());
  }

  @Override
  public ObjectNode options() {
    return index.options().deepCopy();
  }

  @Override
  public SortedMap<String, ComponentClass> components() {
    return new TreeMap<>(networks);
  }

  @Override
  public CheckpointComponent component(String name) {
    ComponentClass componentClass = networks.get(name);
    if (componentClass == null) {
      throw Checkpoint.noSuchComponent(this, name);
    }
    CheckpointComponent component = opened.get(name);
    if (component == null) {
      component = componentFolder(name, componentClass).open(variant, files::add);
      opened.put(name, component);
    }
    return component;
  }

  @Override
  public List<String> tokenizers() {
    return List.copyOf(tokenizers);
  }

  @Override
  public Tokenizer tokenizer(String name, int maximumPositions) {
    if (!tokenizers.contains(name)) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          index.path() + " names no " + name + ". The checkpoint is incomplete.");
    }
    return new TokenizerFiles(folder, name).read(maximumPositions);
  }

  @Override
  public Optional<ObjectNode> scheduler() {
    return scheduler.map(
        className -> {
          ObjectNode config = JsonFile.read(folder.require("scheduler/scheduler_config.json"));
          // diffusers makes the class that model_index.json names, whatever the config says.
          config.put("_class_name", className);
          return config;
        });
  }

  @Override
  public List<String> prompts() {
    return folder.find("prompts.txt").map(DiffusersFolder::lines).orElse(List.of());
  }

  private static List<String> lines(Path path) {
    try {
      if (Files.size(path) > MAXIMUM_PROMPT_BYTES) {
        throw new DoptException(ErrorCode.BAD_INPUT, path + " is too large to be prompts.");
      }
      return Files.readAllLines(path).stream()
          .map(String::strip)
          .filter(line -> !line.isEmpty())
          .toList();
    } catch (IOException e) {
      throw new DoptException(ErrorCode.BAD_INPUT, path + " cannot be read as UTF-8 lines.", e);
    }
  }

  @Override
  public SortedMap<String, Path> clip() {
    return folder
        .find(NamedClip.FILE_NAME)
        .map(file -> NamedClip.files(source(), file, notes))
        .orElse(Collections.emptySortedMap());
  }

  @Override
  public List<Path> sources() {
    return folder.used();
  }

  @Override
  public List<String> notes() {
    return List.copyOf(notes);
  }

  @Override
  public void close() {
    files.forEach(WeightFile::close);
  }
}
