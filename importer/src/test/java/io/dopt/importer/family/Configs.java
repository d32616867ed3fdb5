package io.dopt.importer.family;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Small configs that tests change one key of; quotes are single for legibility. */
final class Configs {
  static final String UNET =
      "{'block_out_channels': [16, 32], 'layers_per_block': 1, 'norm_num_groups': 8,"
          + " 'cross_attention_dim': 24, 'attention_head_dim': 2,"
          + " 'down_block_types': ['CrossAttnDownBlock2D', 'CrossAttnDownBlock2D'],"
          + " 'up_block_types': ['CrossAttnUpBlock2D', 'CrossAttnUpBlock2D']}";

  static final String VAE =
      "{'block_out_channels': [16, 32], 'norm_num_groups': 8,"
          + " 'down_block_types': ['DownEncoderBlock2D', 'DownEncoderBlock2D'],"
          + " 'up_block_types': ['UpDecoderBlock2D', 'UpDecoderBlock2D']}";

  static final String TEXT_ENCODER =
      "{'vocab_size': 50, 'hidden_size': 32, 'intermediate_size': 64, 'num_hidden_layers': 2,"
          + " 'num_attention_heads': 4, 'max_position_embeddings': 12, 'eos_token_id': 49}";

  static final String CLIP =
      "{'projection_dim': 6, 'text_config': "
          + TEXT_ENCODER
          + ", 'vision_config': {'hidden_size': 16, 'intermediate_size': 32,"
          + " 'num_hidden_layers': 1, 'num_attention_heads': 2, 'image_size': 8, 'patch_size': 4}}";

  private Configs() {}

  static ObjectNode parse(String json) {
    try {
      return (ObjectNode) new JsonMapper().readTree(json.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(json, e);
    }
  }

  /** {@code base} with one key set to a JSON value. */
  static ObjectNode with(String base, String key, String value) {
    return parse(base).set(key, parse("{'value': " + value + "}").get("value"));
  }
}
