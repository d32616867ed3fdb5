package io.dopt.ir.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A pipeline read from a checkpoint.
 *
 * @param pipelineClass diffusers' class: {@code StableDiffusionPipeline}; or transformers' {@code
 *     CLIPModel}
 * @param components by diffusers' name: {@code unet}, {@code text_encoder}, {@code vae_decoder},
 *     ...
 * @param tokenizers by diffusers' name: {@code tokenizer}, {@code tokenizer_2}
 * @param scheduler scheduler_config.json, verbatim; absent for what does not sample, as a CLIP
 * @param options what model_index.json says beside the components
 * @param evaluation what the checkpoint brings to be judged with
 * @param sources the files that were read
 */
public record PipelineModel(
    String pipelineClass,
    SortedMap<String, Component> components,
    SortedMap<String, Tokenizer> tokenizers,
    Optional<ObjectNode> scheduler,
    ObjectNode options,
    EvaluationMaterial evaluation,
    List<Path> sources) {

  public PipelineModel {
    components = Collections.unmodifiableSortedMap(new TreeMap<>(components));
    tokenizers = Collections.unmodifiableSortedMap(new TreeMap<>(tokenizers));
    sources = List.copyOf(sources);
  }

  /** Captions the checkpoint brings; may be empty. */
  public List<String> prompts() {
    return evaluation.prompts();
  }

  /** The same pipeline with other components. */
  public PipelineModel withComponents(SortedMap<String, Component> others) {
    return new PipelineModel(
        pipelineClass, others, tokenizers, scheduler, options, evaluation, sources);
  }
}
