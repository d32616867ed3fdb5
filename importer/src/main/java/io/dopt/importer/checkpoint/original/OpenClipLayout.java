package io.dopt.importer.checkpoint.original;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dopt.tensor.LazyTensor;
import io.dopt.tensor.LazyTensors;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * OpenCLIP's text encoder under its own names: queries, keys and values in one matrix, the
 * projection transposed.
 */
final class OpenClipLayout {
  private static final String PROJECTION = "text_projection";
  private static final Pattern LAYER =
      Pattern.compile("transformer\\.resblocks\\.(\\d{1,4})\\.(.+)");

  private static final Map<String, String> TOP_LEVEL =
      Map.of(
          "positional_embedding", "text_model.embeddings.position_embedding.weight",
          "token_embedding.weight", "text_model.embeddings.token_embedding.weight",
          "ln_final.weight", "text_model.final_layer_norm.weight",
          "ln_final.bias", "text_model.final_layer_norm.bias");

  private static final Map<String, String> IN_LAYER =
      Map.of(
          "ln_1", "layer_norm1",
          "ln_2", "layer_norm2",
          "mlp.c_fc", "mlp.fc1",
          "mlp.c_proj", "mlp.fc2",
          "attn.out_proj", "self_attn.out_proj");

  private final Section section;
  private final boolean projects;
  private final int layers;
  private final long width;

  /**
   * @param projects whether the pipeline uses the projected pooled output (SDXL). Stable Diffusion
   *     2 does not: it takes the last layer but one, so diffusers' model ends there and a file with
   *     the whole of OpenCLIP, projection included, has one layer more.
   */
  OpenClipLayout(Section section, boolean projects) {
    this.section = section;
    this.projects = projects;
    int stored = section.count("transformer.resblocks.");
    this.layers = projects || !section.has(PROJECTION) ? stored : stored - 1;
    this.width = section.size("token_embedding.weight", 1, 2);
  }

  ObjectNode config() {
    ObjectNode config =
        ClipLayout.config(
            section,
            width,
            section.size("token_embedding.weight", 0, 2),
            section.size("positional_embedding", 0, 2),
            layers,
            section.size("transformer.resblocks.0.mlp.c_fc.weight", 0, 2));
    return config.put("hidden_act", "gelu").put("projection_dim", projectionSize());
  }

  /** Size of the projected pooled output; the width when there is none. */
  long projectionSize() {
    return projects ? section.size(PROJECTION, 1, 2) : width;
  }

  Renaming rename() {
    Renaming renaming = new Renaming(section);
    section.tensors().forEach((name, tensor) -> add(renaming, name, tensor));
    return renaming;
  }

  private void add(Renaming renaming, String name, LazyTensor tensor) {
    Matcher layer = LAYER.matcher(name);
    if (TOP_LEVEL.containsKey(name)) {
      renaming.put(TOP_LEVEL.get(name), tensor);
    } else if (name.equals(PROJECTION)) {
      if (projects) {
        renaming.put("text_projection.weight", LazyTensors.transpose(tensor, List.of(1, 0)));
      }
    } else if (layer.matches()) {
      int index = Integer.parseInt(layer.group(1));
      if (index < layers) {
        addInLayer(renaming, name, index, layer.group(2), tensor);
      }
    } else if (!name.equals("logit_scale") && !name.equals("attn_mask")) {
      renaming.keep(name, tensor);
    }
  }

  private void addInLayer(
      Renaming renaming, String name, int index, String rest, LazyTensor tensor) {
    String prefix = "text_model.encoder.layers." + index + ".";
    int lastDot = rest.lastIndexOf('.');
    if (rest.equals("attn.in_proj_weight") || rest.equals("attn.in_proj_bias")) {
      if (tensor.shape().isEmpty() || tensor.shape().get(0) != 3 * width) {
        throw section.refuse(
            String.format(
                "has %s%s of shape %s, not queries, keys and values of width %d",
                section.prefix(), name, tensor.shape(), width));
      }
      String parameter = rest.endsWith("weight") ? "weight" : "bias";
      List<String> projections = List.of("q_proj", "k_proj", "v_proj");
      for (int i = 0; i < projections.size(); i++) {
        renaming.put(
            prefix + "self_attn." + projections.get(i) + "." + parameter,
            LazyTensors.slice(tensor, 0, i * width, (i + 1) * width));
      }
    } else if (lastDot > 0 && IN_LAYER.containsKey(rest.substring(0, lastDot))) {
      renaming.put(
          prefix + IN_LAYER.get(rest.substring(0, lastDot)) + rest.substring(lastDot), tensor);
    } else {
      renaming.keep(name, tensor);
    }
  }
}
