package io.dopt.importer.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dopt.ir.pipeline.Tokenizer;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeSet;

/**
 * The folder of a whole CLIP as {@code save_pretrained} of transformers' CLIPModel and
 * CLIPProcessor writes it: config.json and weights of one component, with the tokenizer's files and
 * preprocessor_config.json beside them. A pipeline without a scheduler.
 */
final class ClipFolder implements Checkpoint {
  static final String CLASS = "CLIPModel";
  private static final String TOKENIZER = "tokenizer";
  private static final String PREPROCESSOR = "preprocessor_config";
  private static final String PROCESSOR = "processor_config";

  private final CheckpointFolder folder;
  private final SingleComponent model;

  /**
   * @param model the folder as a component; closed with this
   */
  ClipFolder(SingleComponent model) {
    this.folder = new CheckpointFolder(model.source());
    this.model = model;
  }

  @Override
  public Path source() {
    return model.source();
  }

  @Override
  public Optional<String> pipelineClass() {
    return Optional.of(CLASS);
  }

  /**
   * {@code preprocessor_config}: how images become pixel values, verbatim from
   * preprocessor_config.json, or from {@code image_processor} of the processor_config.json that
   * transformers 5 writes.
   *
   * @throws DoptException (BAD_INPUT) when there is neither
   */
  @Override
  public ObjectNode options() {
    ObjectNode options = JsonFile.object();
    ObjectNode config =
        folder
            .find(PREPROCESSOR + ".json")
            .map(JsonFile::read)
            .or(this::imageProcessor)
            .orElseThrow(
                () ->
                    new DoptException(
                        ErrorCode.BAD_INPUT,
                        source()
                            + " has no preprocessor_config.json, which says how images become pixel"
                            + " values. Copy that of the model there."));
    options.set(PREPROCESSOR, config);
    return options;
  }

  private Optional<ObjectNode> imageProcessor() {
    return folder
        .find(PROCESSOR + ".json")
        .map(path -> JsonFile.read(path).get("image_processor"))
        .filter(ObjectNode.class::isInstance)
        .map(ObjectNode.class::cast);
  }

  @Override
  public SortedMap<String, ComponentClass> components() {
    return model.components();
  }

  @Override
  public CheckpointComponent component(String name) {
    return model.component(name);
  }

  @Override
  public List<String> tokenizers() {
    return List.of(TOKENIZER);
  }

  @Override
  public Tokenizer tokenizer(String name, int maximumPositions) {
    if (!name.equals(TOKENIZER)) {
      throw new DoptException(ErrorCode.BAD_INPUT, source() + " has no " + name + ".");
    }
    return new TokenizerFiles(folder, "").read(maximumPositions);
  }

  @Override
  public Optional<ObjectNode> scheduler() {
    return Optional.empty();
  }

  @Override
  public List<Path> sources() {
    TreeSet<Path> sources = new TreeSet<>(folder.used());
    sources.addAll(model.sources());
    return List.copyOf(sources);
  }

  @Override
  public List<String> notes() {
    return model.notes();
  }

  @Override
  public void close() {
    model.close();
  }
}
