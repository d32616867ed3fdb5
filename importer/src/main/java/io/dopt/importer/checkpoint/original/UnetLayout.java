package io.dopt.importer.checkpoint.original;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The denoiser: {@code input_blocks} is conv_in, then for each level its resnets with attentions
 * and a downsampler; {@code output_blocks} the same upwards, with one resnet more per level.
 */
final class UnetLayout {
  private static final Map<String, String> TOP_LEVEL =
      Map.of(
          "time_embed.0", "time_embedding.linear_1",
          "time_embed.2", "time_embedding.linear_2",
          "input_blocks.0.0", "conv_in",
          "out.0", "conv_norm_out",
          "out.2", "conv_out",
          "label_emb.0.0", "add_embedding.linear_1",
          "label_emb.0.2", "add_embedding.linear_2");

  private static final Map<String, String> RESNET =
      Map.of(
          "in_layers.0", "norm1",
          "in_layers.2", "conv1",
          "out_layers.0", "norm2",
          "out_layers.3", "conv2",
          "emb_layers.1", "time_emb_proj",
          "skip_connection", "conv_shortcut");

  private final Section section;
  private final OriginalFamily family;
  private final int resnetsPerLevel;
  private final List<Long> channels = new ArrayList<>();
  private final List<Integer> depths = new ArrayList<>();

  UnetLayout(Section section, OriginalFamily family) {
    this.section = section;
    this.family = family;
    int inputs = section.count("input_blocks.");
    List<Integer> downsamplers = new ArrayList<>();
    for (int i = 1; i < inputs; i++) {
      if (section.has("input_blocks." + i + ".0.op.weight")) {
        downsamplers.add(i);
      }
    }
    int levels = downsamplers.size() + 1;
    resnetsPerLevel = (inputs - 1 - downsamplers.size()) / levels;
    boolean regular = resnetsPerLevel > 0 && inputs == levels * (resnetsPerLevel + 1);
    for (int level = 1; level < levels; level++) {
      regular &= downsamplers.get(level - 1) == level * (resnetsPerLevel + 1);
    }
    if (!regular || section.count("output_blocks.") != levels * (resnetsPerLevel + 1)) {
      throw section.refuse("has levels of different depth, or lacks some of its blocks");
    }
    for (int level = 0; level < levels; level++) {
      String first = "input_blocks." + (1 + level * (resnetsPerLevel + 1)) + ".";
      channels.add(section.size(first + "0.out_layers.3.weight", 0, 4));
      depths.add(section.count(first + "1.transformer_blocks."));
    }
    requireSameDepths();
  }

  /**
   * diffusers has one depth per level, for its down and its up block, and the last for the middle.
   */
  private void requireSameDepths() {
    int levels = channels.size();
    int middle = section.count("middle_block.1.transformer_blocks.");
    boolean same = middle > 0 && (last(depths) == 0 || last(depths) == middle);
    for (int level = 0; level < levels; level++) {
      for (int i = 0; i < resnetsPerLevel; i++) {
        same &= depth("input_blocks.", level * (resnetsPerLevel + 1) + 1 + i) == depths.get(level);
      }
      for (int i = 0; i <= resnetsPerLevel; i++) {
        int block = (levels - 1 - level) * (resnetsPerLevel + 1) + i;
        same &= depth("output_blocks.", block) == depths.get(level);
      }
    }
    if (!same) {
      throw new DoptException(
          ErrorCode.UNSUPPORTED,
          section.file()
              + " has transformers of different depth in one level of its denoiser (a distilled"
              + " model such as SSD-1B). Use its diffusers folder.");
    }
  }

  private int depth(String blocks, int index) {
    return section.count(blocks + index + ".1.transformer_blocks.");
  }

  private static int last(List<Integer> values) {
    return values.get(values.size() - 1);
  }

  /**
   * The config, with what shapes cannot say taken from the family.
   *
   * @param sampleSize side of the latents
   * @param pooledSize size of the pooled text embedding, for SDXL
   */
  ObjectNode config(int sampleSize, long pooledSize) {
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config.put("_class_name", "UNet2DConditionModel");
    long inChannels = section.size("input_blocks.0.0.weight", 1, 4);
    long outChannels = section.size("out.2.weight", 0, 4);
    if (inChannels != outChannels) {
      throw new DoptException(
          ErrorCode.UNSUPPORTED,
          String.format(
              "%s takes %d channels and predicts %d: an inpainting, depth, upscaling or"
                  + " InstructPix2Pix model, which dopt does not compile.",
              section.file(), inChannels, outChannels));
    }
    config.put("sample_size", sampleSize);
    config.put("in_channels", inChannels).put("out_channels", outChannels);
    config.put("layers_per_block", resnetsPerLevel);
    ArrayNode blockChannels = config.putArray("block_out_channels");
    channels.forEach(blockChannels::add);
    ArrayNode down = config.putArray("down_block_types");
    ArrayNode up = config.putArray("up_block_types");
    for (int level = 0; level < depths.size(); level++) {
      down.add(depths.get(level) > 0 ? "CrossAttnDownBlock2D" : "DownBlock2D");
      boolean attends = depths.get(depths.size() - 1 - level) > 0;
      up.add(attends ? "CrossAttnUpBlock2D" : "UpBlock2D");
    }
    config.put("mid_block_type", "UNetMidBlock2DCrossAttn");
    String transformer = "middle_block.1.";
    config.put(
        "cross_attention_dim",
        section.size(transformer + "transformer_blocks.0.attn2.to_k.weight", 1, 2));
    config.put("use_linear_projection", section.rank(transformer + "proj_in.weight") == 2);
    putDepths(config);
    putHeads(config);
    config.put("act_fn", "silu").put("norm_num_groups", 32).put("norm_eps", 1e-5);
    config.put("downsample_padding", 1).put("mid_block_scale_factor", 1);
    config.put("center_input_sample", false).put("flip_sin_to_cos", true).put("freq_shift", 0);
    if (family == OriginalFamily.STABLE_DIFFUSION_XL) {
      long embedded = section.size("label_emb.0.0.weight", 1, 2);
      if (embedded <= pooledSize || (embedded - pooledSize) % 6 != 0) {
        throw section.refuse(
            "embeds " + embedded + " numbers beside the time, not a pooled text and six more");
      }
      config.put("addition_embed_type", "text_time");
      config.put("addition_time_embed_dim", (embedded - pooledSize) / 6);
      config.put("projection_class_embeddings_input_dim", embedded);
    }
    return config;
  }

  private void putDepths(ObjectNode config) {
    int middle = section.count("middle_block.1.transformer_blocks.");
    ArrayNode perBlock = JsonNodeFactory.instance.arrayNode();
    for (int level = 0; level < depths.size() - 1; level++) {
      perBlock.add(Math.max(1, depths.get(level)));
    }
    perBlock.add(middle);
    config.set("transformer_layers_per_block", perBlock);
  }

  /** diffusers' {@code attention_head_dim} means heads; 8 everywhere, or one per 64 channels. */
  private void putHeads(ObjectNode config) {
    if (family == OriginalFamily.STABLE_DIFFUSION_1) {
      config.put("attention_head_dim", 8);
      return;
    }
    ArrayNode heads = config.putArray("attention_head_dim");
    for (long width : channels) {
      if (width % 64 != 0) {
        throw section.refuse("has " + width + " channels in a level, no multiple of 64");
      }
      heads.add(width / 64);
    }
  }

  Renaming rename() {
    Renaming renaming = new Renaming(section);
    section
        .tensors()
        .forEach(
            (name, tensor) -> {
              String renamed = newName(name);
              if (renamed.isEmpty()) {
                renaming.keep(name, tensor);
              } else {
                renaming.put(renamed, tensor);
              }
            });
    return renaming;
  }

  /** diffusers' name, empty when there is none. */
  private String newName(String name) {
    String[] parts = name.split("\\.", 4);
    int lastDot = name.lastIndexOf('.');
    String module = lastDot < 0 ? name : name.substring(0, lastDot);
    if (TOP_LEVEL.containsKey(module)) {
      return TOP_LEVEL.get(module) + name.substring(lastDot);
    }
    if (parts[0].equals("middle_block") && parts.length >= 3) {
      String rest = name.substring(parts[0].length() + parts[1].length() + 2);
      return switch (parts[1]) {
        case "0" -> resnet("mid_block.resnets.0.", rest);
        case "1" -> "mid_block.attentions.0." + rest;
        case "2" -> resnet("mid_block.resnets.1.", rest);
        default -> "";
      };
    }
    if (parts.length < 4 || !parts[1].matches("\\d{1,4}")) {
      return "";
    }
    int index = Integer.parseInt(parts[1]);
    return switch (parts[0]) {
      case "input_blocks" -> inBlock("down_blocks.", index - 1, parts[2], parts[3]);
      case "output_blocks" -> inBlock("up_blocks.", index, parts[2], parts[3]);
      default -> "";
    };
  }

  private String inBlock(String blocks, int index, String module, String rest) {
    int perLevel = resnetsPerLevel + 1;
    String block = blocks + index / perLevel + ".";
    int inLevel = index % perLevel;
    if (index < 0) {
      return "";
    }
    if (rest.startsWith("op.") && module.equals("0")) {
      return block + "downsamplers.0.conv." + rest.substring("op.".length());
    }
    if (rest.startsWith("conv.") && !module.equals("0")) {
      return block + "upsamplers.0." + rest;
    }
    return switch (module) {
      case "0" -> resnet(block + "resnets." + inLevel + ".", rest);
      case "1" -> block + "attentions." + inLevel + "." + rest;
      default -> "";
    };
  }

  private static String resnet(String prefix, String rest) {
    int lastDot = rest.lastIndexOf('.');
    String renamed = lastDot < 0 ? null : RESNET.get(rest.substring(0, lastDot));
    return renamed == null ? "" : prefix + renamed + rest.substring(lastDot);
  }
}
