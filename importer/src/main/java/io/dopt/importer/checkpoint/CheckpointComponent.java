package io.dopt.importer.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;

/**
 * One network of a checkpoint.
 *
 * @param name its name in the pipeline: {@code unet}
 * @param componentClass its Python class
 * @param config its config.json, or what stands for it in formats without one
 * @param configSource where {@code config} comes from, for messages
 * @param tensors its weights under diffusers' names
 * @param sources the files it was read from
 */
public record CheckpointComponent(
    String name,
    ComponentClass componentClass,
    ObjectNode config,
    String configSource,
    TensorIndex tensors,
    List<Path> sources) {
  public CheckpointComponent {
    sources = List.copyOf(sources);
  }
}
