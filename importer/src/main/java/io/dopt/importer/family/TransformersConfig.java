package io.dopt.importer.family;

import io.dopt.importer.family.nn.Config;
import java.util.List;

/**
 * Keys of transformers' {@code PretrainedConfig}, which versions before 5 write into every
 * config.json, needed or not.
 */
final class TransformersConfig {
  /** What the files are and how they were saved. */
  private static final List<String> PROVENANCE =
      List.of(
          "architectures",
          "model_type",
          "transformers_version",
          "torch_dtype",
          "dtype",
          "tokenizer_class",
          "task_specific_params",
          "finetuning_task",
          "problem_type",
          "id2label",
          "label2id",
          "num_labels",
          "prefix");

  /** What the Python module returns and how it runs, with the same numbers. */
  private static final List<String> EXECUTION =
      List.of(
          "return_dict",
          "output_hidden_states",
          "output_attentions",
          "output_scores",
          "return_dict_in_generate",
          "torchscript",
          "use_bfloat16",
          "tf_legacy_loss",
          "use_cache",
          "chunk_size_feed_forward",
          "gradient_checkpointing");

  /** Heads and decoders that a text encoder does not have. */
  private static final List<String> OTHER_ARCHITECTURES =
      List.of(
          "is_encoder_decoder",
          "is_decoder",
          "add_cross_attention",
          "cross_attention_hidden_size",
          "tie_encoder_decoder",
          "tie_word_embeddings",
          "decoder_start_token_id",
          "sep_token_id");

  /** Text generation (GenerationConfig). */
  private static final List<String> GENERATION =
      List.of(
          "max_length",
          "min_length",
          "do_sample",
          "early_stopping",
          "num_beams",
          "num_beam_groups",
          "diversity_penalty",
          "temperature",
          "top_k",
          "top_p",
          "typical_p",
          "repetition_penalty",
          "length_penalty",
          "no_repeat_ngram_size",
          "encoder_no_repeat_ngram_size",
          "bad_words_ids",
          "num_return_sequences",
          "forced_bos_token_id",
          "forced_eos_token_id",
          "remove_invalid_values",
          "exponential_decay_length_penalty",
          "suppress_tokens",
          "begin_suppress_tokens");

  private TransformersConfig() {}

  /** Accepts the keys that change nothing about an encoder, refuses those that would. */
  static void acceptGeneralKeys(Config config) {
    config.withoutEffect(PROVENANCE);
    config.withoutEffect(EXECUTION);
    config.withoutEffect(OTHER_ARCHITECTURES);
    config.withoutEffect(GENERATION);
    if (config.value("pruned_heads").filter(node -> !node.isEmpty()).isPresent()) {
      throw config.unsupported("pruned_heads", "models with all of their heads");
    }
  }
}
