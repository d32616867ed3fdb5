package io.dopt.importer.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dopt.ir.pipeline.Tokenizer;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What was found in a checkpoint. Opening it reads what it consists of; each component's config and
 * weight headers are read when that component is asked for, weights when they are streamed. Not
 * thread-safe itself; the tensors it gives are.
 */
public interface Checkpoint extends AutoCloseable {
  /** The path it was opened by. */
  Path source();

  /**
   * Class of the pipeline, {@code StableDiffusionPipeline}; empty when the checkpoint is a single
   * component.
   */
  Optional<String> pipelineClass();

  /** What model_index.json says beside the components: {@code force_zeros_for_empty_prompt}. */
  ObjectNode options();

  /** The networks by name, {@code unet}, {@code vae}; those a pipeline leaves out are not there. */
  SortedMap<String, ComponentClass> components();

  /**
   * Reads a component's config and the headers of its weights.
   *
   * @throws DoptException (BAD_INPUT, IO) when there is no such component, or its files are damaged
   */
  CheckpointComponent component(String name);

  /** Names of the tokenizers: {@code tokenizer}, {@code tokenizer_2}. */
  List<String> tokenizers();

  /**
   * Reads a tokenizer.
   *
   * @param maximumPositions tokens its text encoder takes ({@code max_position_embeddings})
   * @throws DoptException (BAD_INPUT, UNSUPPORTED, IO) when its files are missing or of a kind dopt
   *     does not know
   */
  Tokenizer tokenizer(String name, int maximumPositions);

  /**
   * The scheduler's config, with {@code _class_name} as the pipeline has it; empty when the
   * checkpoint is a single component.
   */
  Optional<ObjectNode> scheduler();

  /** Captions it brings to be evaluated with, from {@code prompts.txt}, one a line. */
  default List<String> prompts() {
    return List.of();
  }

  /**
   * Files of the CLIP that scores its images, by name in that CLIP's folder; empty when it names
   * none. They are complete and their headers are sound.
   *
   * @throws DoptException (BAD_INPUT, IO) when it names something else than a CLIP
   */
  default SortedMap<String, Path> clip() {
    return Collections.emptySortedMap();
  }

  /** The files read so far. */
  List<Path> sources();

  /** What was assumed or left aside, one sentence each, for the user. */
  List<String> notes();

  /** Closes the files; tensors can no longer be read. */
  @Override
  void close();

  /** The error for a component that is not there. */
  static DoptException noSuchComponent(Checkpoint checkpoint, String name) {
    return new DoptException(
        ErrorCode.BAD_INPUT,
        String.format(
            "%s has no component %s; it has %s.",
            checkpoint.source(), name, String.join(", ", checkpoint.components().keySet())));
  }
}
