package io.dopt.importer.family;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import io.dopt.importer.family.nn.Config;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a UNet2DConditionModel has per resolution, from the finest down; every list has one entry
 * per level (UNet2DConditionModel._check_config).
 *
 * @param channels block_out_channels
 * @param layers layers_per_block
 * @param heads number of attention heads: attention_head_dim, by a historical misnomer
 * @param onlyCrossAttention only_cross_attention
 * @param downTransformerLayers depth of every transformer of the level's down block
 * @param upTransformerLayers depth of every transformer of the level's up block
 */
record UNetLevels(
    List<Long> channels,
    List<Long> layers,
    List<Long> heads,
    List<Boolean> onlyCrossAttention,
    List<List<Long>> downTransformerLayers,
    List<List<Long>> upTransformerLayers) {
  private static final String TRANSFORMERS = "transformer_layers_per_block";
  private static final String REVERSED = "reverse_transformer_layers_per_block";

  static UNetLevels read(Config config) {
    List<Long> channels = config.positives("block_out_channels", List.of(320L, 640L, 1280L, 1280L));
    int count = channels.size();
    Symbols.requireFewLevels(config, "block_out_channels", count);
    List<Long> layers = config.positivePerLevel("layers_per_block", count, 2);
    if (config.value("num_attention_heads").isPresent()) {
      throw config.unsupported(
          "num_attention_heads",
          "null only, as diffusers; attention_head_dim is the number of heads");
    }
    List<Long> heads = config.positivePerLevel("attention_head_dim", count, 8);
    for (int level = 0; level < count; level++) {
      if (heads.get(level) > channels.get(level)) {
        throw config.inconsistent(
            "there are more attention heads than channels",
            "attention_head_dim",
            "block_out_channels");
      }
    }
    return new UNetLevels(
        channels,
        layers,
        heads,
        config.flagPerLevel("only_cross_attention", count, false),
        depths(config, TRANSFORMERS, layers),
        upDepths(config, layers));
  }

  int count() {
    return channels.size();
  }

  /** Depth of the transformer in the middle. */
  long midTransformerLayers() {
    return downTransformerLayers.get(count() - 1).get(0);
  }

  /** Depths per level and layer; a level's one number holds for all of its layers. */
  private static List<List<Long>> depths(Config config, String key, List<Long> layers) {
    List<JsonNode> given =
        config.perLevel(key, layers.size(), IntNode.valueOf(1), Function.identity());
    List<List<Long>> depths = new ArrayList<>();
    for (int level = 0; level < given.size(); level++) {
      JsonNode node = given.get(level);
      int wanted = layers.get(level).intValue();
      List<Long> depth =
          node.isArray()
              ? config.list(key, node, item -> config.integer(key, item, 0))
              : Collections.nCopies(wanted, config.integer(key, node, 0));
      if (depth.size() != wanted) {
        throw config.inconsistent(
            "a level's list of transformer depths must have an entry per layer, " + wanted, key);
      }
      depths.add(depth);
    }
    return depths;
  }

  /** An up block has a layer more; REVERSED counts from the coarsest level. */
  private static List<List<Long>> upDepths(Config config, List<Long> layers) {
    List<Long> upLayers = layers.stream().map(n -> n + 1).toList();
    Optional<JsonNode> reversed = config.value(REVERSED);
    if (reversed.isPresent()) {
      return reverse(depths(config, REVERSED, reverse(upLayers)));
    }
    boolean nested = false;
    for (JsonNode node : config.value(TRANSFORMERS).stream().toList()) {
      for (JsonNode item : node) {
        nested |= item.isArray();
      }
    }
    if (nested) {
      throw config.inconsistent(
          "depths per layer need " + REVERSED + " for the way up", TRANSFORMERS, REVERSED);
    }
    return depths(config, TRANSFORMERS, upLayers);
  }

  private static <T> List<T> reverse(List<T> list) {
    List<T> reversed = new ArrayList<>(list);
    Collections.reverse(reversed);
    return reversed;
  }
}
