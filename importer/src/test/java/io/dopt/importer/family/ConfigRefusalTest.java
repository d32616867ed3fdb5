package io.dopt.importer.family;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every value of a config key that is not honoured is refused with the key, the value and what is
 * supported; every key that changes nothing is accepted.
 */
class ConfigRefusalTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "act_fn | 'tanh' | UNSUPPORTED | silu, swish, mish, gelu and relu",
        "act_fn | 3 | BAD_INPUT | a string",
        "time_embedding_act_fn | 'selu' | UNSUPPORTED | mish",
        "timestep_post_act | 'selu' | UNSUPPORTED | mish",
        "down_block_types | ['KDownBlock2D', 'DownBlock2D'] | UNSUPPORTED | CrossAttnDownBlock2D",
        "down_block_types | ['DownBlock2D'] | BAD_INPUT | block_out_channels [16,32]",
        "mid_block_type | 'UNetMidBlock2DSimpleCrossAttn' | UNSUPPORTED | UNetMidBlock2DCrossAttn",
        "up_block_types | ['UpBlock2D', 'SimpleCrossAttnUpBlock2D'] | UNSUPPORTED | AttnUpBlock2D",
        "only_cross_attention | [true] | BAD_INPUT | 2 levels",
        "block_out_channels | [16, 33] | BAD_INPUT | norm_num_groups 8, block_out_channels",
        "block_out_channels | [8, 8, 8, 8, 8, 8, 8, 8, 8] | UNSUPPORTED | at most 8 levels",
        "layers_per_block | [1, 2, 3] | BAD_INPUT | 2 levels",
        "layers_per_block | 0 | BAD_INPUT | from 1",
        "downsample_padding | 2 | UNSUPPORTED | 0 and 1",
        "mid_block_scale_factor | 0 | BAD_INPUT | zero",
        "norm_num_groups | 7 | BAD_INPUT | norm_num_groups 7, block_out_channels",
        "norm_num_groups | null | BAD_INPUT | whole number",
        "norm_eps | 'small' | BAD_INPUT | finite number",
        "cross_attention_dim | [24, 48] | BAD_INPUT | same width",
        "cross_attention_dim | 99999999999 | BAD_INPUT | whole number",
        "transformer_layers_per_block | [1, [1]] | BAD_INPUT | reverse_transformer_layers_per",
        "transformer_layers_per_block | [[1, 2], 1] | BAD_INPUT | an entry per layer, 1",
        "reverse_transformer_layers_per_block | [[1], 1] | BAD_INPUT | an entry per layer, 2",
        "encoder_hid_dim_type | 'ip_image_proj' | UNSUPPORTED | text_proj",
        "encoder_hid_dim_type | 'text_proj' | BAD_INPUT | encoder_hid_dim",
        "attention_head_dim | 64 | BAD_INPUT | more attention heads than channels",
        "num_attention_heads | 4 | UNSUPPORTED | attention_head_dim",
        "dual_cross_attention | true | UNSUPPORTED | false",
        "class_embed_type | 'label' | UNSUPPORTED | simple_projection",
        "class_embed_type | 'projection' | BAD_INPUT | projection_class_embeddings_input_dim",
        "addition_embed_type | 'text' | BAD_INPUT | 64 heads do not divide",
        "addition_embed_type | 'image' | UNSUPPORTED | null, text and text_time",
        "addition_embed_type | 'text_time' | BAD_INPUT | addition_time_embed_dim",
        "resnet_time_scale_shift | 'ada_group' | UNSUPPORTED | default and scale_shift",
        "resnet_time_scale_shift | 'spatial' | UNSUPPORTED | default and scale_shift",
        "resnet_out_scale_factor | 0 | BAD_INPUT | zero",
        "time_embedding_type | 'learned' | UNSUPPORTED | positional and fourier",
        "conv_in_kernel | 4 | UNSUPPORTED | odd",
        "conv_out_kernel | 2 | UNSUPPORTED | odd",
        "attention_type | 'gated' | UNSUPPORTED | default",
        "cross_attention_norm | 'layer_norm' | UNSUPPORTED | null",
        "future_key | 1 | UNSUPPORTED | keys that dopt does not know: future_key",
      })
  void unetRefuses(String key, String value, ErrorCode code, String part) {
    refuses("UNet2DConditionModel", Configs.UNET, key, value, code, part);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "sample_size | [64, 96]",
        "dropout | 0.3",
        "upcast_attention | true",
        "mid_block_only_cross_attention | true",
        "down_block_types | ['UNetResDownBlock2D', 'CrossAttnDownBlock2D']",
        "_diffusers_version | '0.6.0'",
        "transformer_layers_per_block | [0, 3]",
        "act_fn | 'SiLU'"
      })
  void unetAccepts(String key, String value) {
    accepts("UNet2DConditionModel", Configs.UNET, key, value);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "down_block_types | ['DownEncoderBlock2D', 'AttnDownEncoderBlock2D'] | UNSUPPORTED | only",
        "up_block_types | ['UpDecoderBlock2D'] | BAD_INPUT | number of levels",
        "norm_num_groups | 5 | BAD_INPUT | do not divide",
        "act_fn | 'elu' | UNSUPPORTED | relu",
        "use_quant_conv | null | BAD_INPUT | true or false",
        "quantizer | 1 | UNSUPPORTED | quantizer"
      })
  void vaeRefuses(String key, String value, ErrorCode code, String part) {
    refuses("AutoencoderKL", Configs.VAE, key, value, code, part);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "force_upcast | false",
        "scaling_factor | 0.13025",
        "shift_factor | 0.1",
        "latents_mean | [1, 2]",
        "sample_size | 1024"
      })
  void vaeAccepts(String key, String value) {
    accepts("AutoencoderKL", Configs.VAE, key, value);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "upsample_fn | 'bilinear' | UNSUPPORTED | nearest",
        "encoder_block_out_channels | [64, 32, 64, 64] | BAD_INPUT | same channels",
        "num_decoder_blocks | [1] | BAD_INPUT | all stages",
        "block_out_channels | [32] | BAD_INPUT | must be equal"
      })
  void tinyVaeRefuses(String key, String value, ErrorCode code, String part) {
    refuses("AutoencoderTiny", "{}", key, value, code, part);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "hidden_act | 'laplace' | UNSUPPORTED | quick_gelu",
        "num_attention_heads | 7 | BAD_INPUT | heads do not divide",
        "use_attention_mask | true | UNSUPPORTED | false",
        "pruned_heads | {'0': [1]} | UNSUPPORTED | all of their heads",
        "eos_token_id | [1, 2] | BAD_INPUT | whole number",
        "quantization_config | {} | UNSUPPORTED | quantization_config"
      })
  void textEncoderRefuses(String key, String value, ErrorCode code, String part) {
    refuses("CLIPTextModel", Configs.TEXT_ENCODER, key, value, code, part);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "torch_dtype | 'float16'",
        "dtype | 'float16'",
        "pruned_heads | {}",
        "top_k | 50",
        "id2label | {'0': 'LABEL_0'}",
        "attention_dropout | 0.1",
        "projection_dim | null"
      })
  void textEncoderAccepts(String key, String value) {
    accepts("CLIPTextModel", Configs.TEXT_ENCODER, key, value);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "future_key | 1 | UNSUPPORTED | keys that dopt does not know: future_key",
        "projection_dim | null | BAD_INPUT | whole number",
        "text_config | 3 | BAD_INPUT | text_config is not a JSON object",
        "text_config | {'use_attention_mask': true} | UNSUPPORTED | text_config: use_attention",
        "text_config | {'future_key': 1} | UNSUPPORTED | text_config has keys that dopt does not",
        "text_config_dict | {'hidden_act': 'tan'} | UNSUPPORTED | text_config_dict: hidden_act",
        "vision_config | {'future_key': 1} | UNSUPPORTED | vision_config has keys that dopt does",
        "vision_config | {'image_size': [8, 4]} | BAD_INPUT | image_size must be a whole number",
        "vision_config | {'patch_size': [2, 4]} | BAD_INPUT | patch_size must be a whole number",
        "vision_config | {'patch_size': 512} | BAD_INPUT | 1 to 256 patches",
        "vision_config | {'num_attention_heads': 7} | BAD_INPUT | heads do not divide",
        "vision_config | {'hidden_act': 'tan'} | UNSUPPORTED | quick_gelu"
      })
  void clipRefuses(String key, String value, ErrorCode code, String part) {
    refuses("CLIPModel", Configs.CLIP, key, value, code, part);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "text_config_dict | null",
        "vision_config | {'model_type': 'clip_vision_model', 'dropout': 0.0, 'projection_dim': 9}",
        "logit_scale_init_value | 2.6592",
        "initializer_factor | 1.0"
      })
  void clipAccepts(String key, String value) {
    accepts("CLIPModel", Configs.CLIP, key, value);
  }

  private static void refuses(
      String className, String base, String key, String value, ErrorCode code, String part) {
    DoptException e =
        assertThrows(
            DoptException.class,
            () -> FamilyBuilders.standard().inventory(className, Configs.with(base, key, value)));
    assertEquals(code, e.code(), e::getMessage);
    assertTrue(e.getMessage().contains(part), e::getMessage);
    assertTrue(e.getMessage().contains(className), e::getMessage);
  }

  private static void accepts(String className, String base, String key, String value) {
    assertDoesNotThrow(
        () -> FamilyBuilders.standard().inventory(className, Configs.with(base, key, value)));
  }
}
