package io.dopt.quantizer.search;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The module of a diffusers model that a layer is part of, by the layer's node name: {@code
 * down_blocks.1.attentions.0} of {@code
 * down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q/MatMul}.
 */
public final class LayerGroup {
  private static final Pattern BLOCK =
      Pattern.compile("^(?:.*?\\.)?(?:resnets|attentions|downsamplers|upsamplers)\\.\\d+");

  private LayerGroup() {}

  /** The group's name; that of the layer's own module when it is in no block. */
  public static String of(String layer) {
    int slash = layer.indexOf('/');
    String module = slash < 0 ? layer : layer.substring(0, slash);
    Matcher block = BLOCK.matcher(module);
    return block.find() ? block.group() : module;
  }
}
