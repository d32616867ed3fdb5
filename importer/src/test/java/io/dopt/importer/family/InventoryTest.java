package io.dopt.importer.family;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dopt.importer.family.nn.TensorInventory;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The real models' configs ask for exactly as many parameters as the real models have. */
class InventoryTest {
  /** Counts as {@code sum(p.numel() for p in model.parameters())} gives them in diffusers. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // Stable Diffusion 1.5
        "UNet2DConditionModel | 859520964 | {'cross_attention_dim': 768}",
        "AutoencoderKL | 83653863 | {'block_out_channels': [128, 256, 512, 512],"
            + " 'layers_per_block': 2, 'down_block_types': ['DownEncoderBlock2D',"
            + " 'DownEncoderBlock2D', 'DownEncoderBlock2D', 'DownEncoderBlock2D'],"
            + " 'up_block_types': ['UpDecoderBlock2D', 'UpDecoderBlock2D', 'UpDecoderBlock2D',"
            + " 'UpDecoderBlock2D']}",
        "CLIPTextModel | 123060480 | {'hidden_size': 768, 'intermediate_size': 3072,"
            + " 'num_attention_heads': 12}",
        // Stable Diffusion 2.1
        "UNet2DConditionModel | 865910724 | {'cross_attention_dim': 1024,"
            + " 'attention_head_dim': [5, 10, 20, 20], 'use_linear_projection': true}",
        "CLIPTextModel | 340387840 | {'hidden_size': 1024, 'intermediate_size': 4096,"
            + " 'num_attention_heads': 16, 'num_hidden_layers': 23, 'hidden_act': 'gelu'}",
        // Stable Diffusion XL
        "UNet2DConditionModel | 2567463684 | {'block_out_channels': [320, 640, 1280],"
            + " 'down_block_types': ['DownBlock2D', 'CrossAttnDownBlock2D', 'CrossAttnDownBlock2D'],"
            + " 'up_block_types': ['CrossAttnUpBlock2D', 'CrossAttnUpBlock2D', 'UpBlock2D'],"
            + " 'cross_attention_dim': 2048, 'attention_head_dim': [5, 10, 20],"
            + " 'transformer_layers_per_block': [1, 2, 10], 'use_linear_projection': true,"
            + " 'addition_embed_type': 'text_time', 'addition_time_embed_dim': 256,"
            + " 'projection_class_embeddings_input_dim': 2816}",
        "CLIPTextModelWithProjection | 694659840 | {'hidden_size': 1280,"
            + " 'intermediate_size': 5120, 'num_attention_heads': 20, 'num_hidden_layers': 32,"
            + " 'hidden_act': 'gelu', 'projection_dim': 1280}",
        // CLIP ViT-B/32, without its logit_scale, and ViT-L/14's vision tower
        "CLIPModel | 151277312 | {}",
        "CLIPVisionModelWithProjection | 303966208 | {'hidden_size': 1024,"
            + " 'intermediate_size': 4096, 'num_attention_heads': 16, 'num_hidden_layers': 24,"
            + " 'patch_size': 14, 'projection_dim': 768}",
        // TAESD
        "AutoencoderTiny | 2445063 | {}"
      })
  void countsTheParametersOfTheRealModel(String className, long parameters, String config) {
    assertEquals(
        parameters, count(FamilyBuilders.standard().inventory(className, Configs.parse(config))));
  }

  private static long count(List<TensorInventory.Request> inventory) {
    return inventory.stream()
        .mapToLong(tensor -> tensor.shape().stream().reduce(1L, (a, b) -> a * b))
        .sum();
  }
}
