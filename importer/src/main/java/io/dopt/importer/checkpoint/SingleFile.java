package io.dopt.importer.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dopt.importer.checkpoint.original.OriginalComponent;
import io.dopt.importer.checkpoint.original.OriginalFamily;
import io.dopt.importer.checkpoint.original.OriginalModel;
import io.dopt.ir.pipeline.Tokenizer;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A pipeline in one file of the original layout. Configs and scheduler are derived, or taken from a
 * diffusers folder the user names; tokenizers, which no such file holds, come from that folder or
 * from folders of their names beside the file.
 */
final class SingleFile implements Checkpoint {
  private final Path source;
  private final WeightFile weights;
  private final OriginalModel model;
  private final Optional<String> predictionType;
  private final Optional<CheckpointFolder> config;
  private final Optional<ModelIndex> index;
  private final CheckpointFolder beside;

  /**
   * @throws DoptException (BAD_INPUT, UNSUPPORTED) when the file is no such pipeline, or the folder
   *     of the configs describes another; (USAGE) for a prediction type that is none
   */
  SingleFile(Path source, CheckpointOptions options) {
    options.predictionType().ifPresent(OriginalFamily::requirePredictionType);
    this.source = source;
    this.predictionType = options.predictionType();
    this.config = options.config().map(CheckpointFolder::new);
    this.index = config.map(folder -> ModelIndex.read(folder.require(ModelIndex.FILE_NAME)));
    this.beside = new CheckpointFolder(source.toAbsolutePath().getParent());
    this.weights = WeightFile.open(source);
    try {
      this.model = OriginalModel.of(source, weights.tensors(), predictionType);
      index.ifPresent(this::requireSamePipeline);
    } catch (RuntimeException e) {
      weights.close();
      throw e;
    }
  }

  private void requireSamePipeline(ModelIndex described) {
    for (Map.Entry<String, OriginalComponent> found : model.components().entrySet()) {
      ComponentClass expected = described.components().get(found.getKey());
      if (expected == null || !expected.className().equals(found.getValue().className())) {
        throw new DoptException(
            ErrorCode.BAD_INPUT,
            String.format(
                "%s holds a %s (%s), but %s says %s. Name the --config of the same kind of model.",
                source,
                found.getKey(),
                found.getValue().className(),
                described.path(),
                expected == null ? "there is none" : "it is " + expected));
      }
    }
  }

  @Override
  public Path source() {
    return source;
  }

  @Override
  public Optional<String> pipelineClass() {
    return Optional.of(index.map(ModelIndex::pipelineClass).orElse(model.family().pipelineClass()));
  }

  @Override
  public ObjectNode options() {
    return index.map(described -> described.options().deepCopy()).orElseGet(model::options);
  }

  @Override
  public SortedMap<String, ComponentClass> components() {
    SortedMap<String, ComponentClass> classes = new TreeMap<>();
    model
        .components()
        .forEach(
            (name, component) ->
                classes.put(name, new ComponentClass(component.library(), component.className())));
    return classes;
  }

  @Override
  public CheckpointComponent component(String name) {
    OriginalComponent component = model.components().get(name);
    if (component == null) {
      throw Checkpoint.noSuchComponent(this, name);
    }
    Map<String, TensorIndex.Entry> entries = new LinkedHashMap<>();
    component
        .tensors()
        .forEach((tensor, data) -> entries.put(tensor, new TensorIndex.Entry(data, source)));
    List<Path> sources = new ArrayList<>(List.of(source));
    Optional<Path> described = config.map(folder -> folder.require(name + "/config.json"));
    described.ifPresent(sources::add);
    return new CheckpointComponent(
        name,
        components().get(name),
        described.map(JsonFile::read).orElseGet(component.config()::deepCopy),
        described.map(Path::toString).orElse("the config derived from " + source),
        new TensorIndex(entries),
        sources);
  }

  @Override
  public List<String> tokenizers() {
    return model.components().containsKey("text_encoder_2")
        ? List.of("tokenizer", "tokenizer_2")
        : List.of("tokenizer");
  }

  @Override
  public Tokenizer tokenizer(String name, int maximumPositions) {
    CheckpointFolder folder = config.orElse(beside);
    if (!tokenizers().contains(name) || folder.list(name).isEmpty()) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          String.format(
              "%s holds no tokenizer, and there is none in %s. Name a diffusers folder of the same"
                  + " kind of model with --config, or copy its %s folder there.",
              source, folder.root().resolve(name), name));
    }
    return new TokenizerFiles(folder, name).read(maximumPositions);
  }

  @Override
  public Optional<ObjectNode> scheduler() {
    if (index.isEmpty()) {
      return Optional.of(model.scheduler());
    }
    ObjectNode scheduler =
        JsonFile.read(config.orElseThrow().require("scheduler/scheduler_config.json"));
    ComponentClass type = index.get().components().get("scheduler");
    if (type != null) {
      scheduler.put("_class_name", type.className());
    }
    predictionType.ifPresent(said -> scheduler.put("prediction_type", said));
    return Optional.of(scheduler);
  }

  @Override
  public List<Path> sources() {
    Set<Path> sources = new LinkedHashSet<>(List.of(source));
    config.ifPresent(folder -> sources.addAll(folder.used()));
    sources.addAll(beside.used());
    return List.copyOf(sources);
  }

  @Override
  public List<String> notes() {
    List<String> notes = new ArrayList<>(model.notes());
    if (index.isEmpty()) {
      notes.add(
          "The configs are derived from the tensors of a "
              + model.family().name().toLowerCase(Locale.ROOT).replace('_', ' ')
              + " file; --config names a folder with others.");
    }
    return notes;
  }

  @Override
  public void close() {
    weights.close();
  }
}
