package io.dopt.importer.checkpoint.original;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dopt.tensor.LazyTensor;
import io.dopt.tensor.LazyTensors;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The autoencoder. Its decoder counts levels from the image, diffusers from the latents; its
 * attention projects by 1x1 convolutions, diffusers by linear layers.
 */
final class VaeLayout {
  private static final Pattern LEVEL =
      Pattern.compile(
          "(encoder|decoder)\\.(down|up)\\.(\\d{1,3})\\."
              + "(block\\.(\\d{1,3})\\.(.+)|(?:downsample|upsample)\\.(conv\\..+))");

  private static final Pattern MIDDLE =
      Pattern.compile("(encoder|decoder)\\.mid\\.(block_([12])|attn_1)\\.(.+)");

  private static final Map<String, String> ATTENTION =
      Map.of(
          "norm", "group_norm",
          "q", "to_q",
          "k", "to_k",
          "v", "to_v",
          "proj_out", "to_out.0");

  private final Section section;
  private final int levels;

  VaeLayout(Section section) {
    this.section = section;
    this.levels = section.count("encoder.down.");
    if (levels == 0 || section.count("decoder.up.") != levels) {
      throw section.refuse("lacks the autoencoder, or half of it (" + section.prefix() + "...)");
    }
  }

  ObjectNode config(int latentSize, double scalingFactor) {
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config.put("_class_name", "AutoencoderKL");
    config.put("sample_size", latentSize << (levels - 1));
    config.put("in_channels", section.size("encoder.conv_in.weight", 1, 4));
    config.put("out_channels", section.size("decoder.conv_out.weight", 0, 4));
    config.put("latent_channels", section.size("decoder.conv_in.weight", 1, 4));
    config.put("layers_per_block", section.count("encoder.down.0.block."));
    ArrayNode channels = config.putArray("block_out_channels");
    ArrayNode down = config.putArray("down_block_types");
    ArrayNode up = config.putArray("up_block_types");
    for (int level = 0; level < levels; level++) {
      channels.add(section.size("encoder.down." + level + ".block.0.conv1.weight", 0, 4));
      down.add("DownEncoderBlock2D");
      up.add("UpDecoderBlock2D");
    }
    config.put("mid_block_add_attention", section.has("decoder.mid.attn_1.q.weight"));
    config.put("use_quant_conv", section.has("quant_conv.weight"));
    config.put("use_post_quant_conv", section.has("post_quant_conv.weight"));
    config.put("act_fn", "silu").put("norm_num_groups", 32);
    config.put("scaling_factor", scalingFactor).put("force_upcast", true);
    return config;
  }

  Renaming rename() {
    Renaming renaming = new Renaming(section);
    section
        .tensors()
        .forEach(
            (name, tensor) -> {
              if (!name.startsWith("loss.")) {
                add(renaming, name, tensor);
              }
            });
    return renaming;
  }

  private void add(Renaming renaming, String name, LazyTensor tensor) {
    Matcher level = LEVEL.matcher(name);
    Matcher middle = MIDDLE.matcher(name);
    if (level.matches()) {
      renaming.put(inLevel(level), tensor);
    } else if (middle.matches() && middle.group(3) != null) {
      int index = Integer.parseInt(middle.group(3)) - 1;
      renaming.put(
          middle.group(1) + ".mid_block.resnets." + index + "." + resnet(middle.group(4)), tensor);
    } else if (middle.matches()) {
      addAttention(renaming, name, middle, tensor);
    } else if (name.matches(
        "(encoder|decoder)\\.(conv_in|conv_out)\\..+|(post_)?quant_conv\\..+")) {
      renaming.put(name, tensor);
    } else if (name.matches("(encoder|decoder)\\.norm_out\\..+")) {
      renaming.put(name.replace(".norm_out.", ".conv_norm_out."), tensor);
    } else {
      renaming.keep(name, tensor);
    }
  }

  private String inLevel(Matcher match) {
    String half = match.group(1);
    int level = Integer.parseInt(match.group(3));
    boolean encodes = half.equals("encoder");
    String block =
        half + (encodes ? ".down_blocks." + level : ".up_blocks." + (levels - 1 - level)) + ".";
    if (match.group(7) != null) {
      return block + (encodes ? "downsamplers.0." : "upsamplers.0.") + match.group(7);
    }
    return block + "resnets." + match.group(5) + "." + resnet(match.group(6));
  }

  private static String resnet(String rest) {
    return rest.replace("nin_shortcut", "conv_shortcut");
  }

  private void addAttention(Renaming renaming, String name, Matcher match, LazyTensor tensor) {
    String rest = match.group(4);
    int lastDot = rest.lastIndexOf('.');
    String module = lastDot < 0 ? null : ATTENTION.get(rest.substring(0, lastDot));
    if (module == null) {
      renaming.keep(name, tensor);
      return;
    }
    boolean convolution =
        tensor.shape().size() == 4 && tensor.shape().get(2) == 1 && tensor.shape().get(3) == 1;
    LazyTensor linear =
        convolution ? LazyTensors.reshape(tensor, tensor.shape().subList(0, 2)) : tensor;
    renaming.put(
        match.group(1) + ".mid_block.attentions.0." + module + rest.substring(lastDot), linear);
  }
}
