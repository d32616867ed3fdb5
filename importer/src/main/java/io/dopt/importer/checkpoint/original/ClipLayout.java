package io.dopt.importer.checkpoint.original;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * OpenAI's CLIP text encoder, which is in the file under the names of transformers, with or without
 * {@code text_model.} in front.
 */
final class ClipLayout {
  /** Width of a head in every CLIP text encoder of these families. */
  private static final int HEAD_WIDTH = 64;

  private final Section section;

  ClipLayout(Section section) {
    this.section = section;
  }

  ObjectNode config() {
    String prefix = section.has("text_model.final_layer_norm.weight") ? "text_model." : "";
    String tokens = prefix + "embeddings.token_embedding.weight";
    long width = section.size(tokens, 1, 2);
    ObjectNode config =
        config(
            section,
            width,
            section.size(tokens, 0, 2),
            section.size(prefix + "embeddings.position_embedding.weight", 0, 2),
            section.count(prefix + "encoder.layers."),
            section.size(prefix + "encoder.layers.0.mlp.fc1.weight", 0, 2));
    return config.put("hidden_act", "quick_gelu").put("projection_dim", width);
  }

  Renaming rename() {
    Renaming renaming = new Renaming(section);
    section.tensors().forEach(renaming::put);
    return renaming;
  }

  /** What CLIP and OpenCLIP configs have in common. */
  static ObjectNode config(
      Section section, long width, long vocabulary, long positions, int layers, long inner) {
    if (width % HEAD_WIDTH != 0 || layers == 0) {
      throw section.refuse(
          String.format(
              "has a text encoder of width %d with %d layers (%s...)",
              width, layers, section.prefix()));
    }
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config.put("model_type", "clip_text_model");
    config.put("hidden_size", width).put("intermediate_size", inner);
    config.put("num_hidden_layers", layers).put("num_attention_heads", width / HEAD_WIDTH);
    config.put("max_position_embeddings", positions).put("vocab_size", vocabulary);
    config.put("layer_norm_eps", 1e-5);
    // 2 makes transformers pool at the largest id, which is the end token, as CLIP itself does.
    return config.put("bos_token_id", 0).put("pad_token_id", 1).put("eos_token_id", 2);
  }
}
