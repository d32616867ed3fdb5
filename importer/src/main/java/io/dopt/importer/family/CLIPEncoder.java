package io.dopt.importer.family;

import io.dopt.importer.family.nn.Activation;
import io.dopt.importer.family.nn.Config;
import io.dopt.importer.family.nn.ModuleBuilder;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Value;
import io.dopt.ir.operator.Attention;
import java.util.List;

/**
 * transformers {@code models/clip/modeling_clip.py} CLIPEncoder: the layers that the text and the
 * vision model have in common.
 *
 * @param width features of a token
 * @param intermediate features inside an MLP
 * @param layers how many
 * @param heads of every attention
 * @param epsilon of every layer norm
 * @param activation of every MLP
 * @param causal whether a token sees only itself and those before it
 */
record CLIPEncoder(
    long width,
    long intermediate,
    long layers,
    long heads,
    double epsilon,
    Activation activation,
    boolean causal) {
  private static final List<String> LAYER_KEYS =
      List.of("hidden_size", "intermediate_size", "num_hidden_layers");

  /** The sizes that a configuration class has where a config.json says nothing. */
  record Defaults(long width, long intermediate, long layers, long heads) {}

  /**
   * @param last what the last layer gives
   * @param penultimate hidden_states[-2]: what the last layer is given
   */
  record Outputs(Value last, Value penultimate) {}

  /** The keys that CLIPTextConfig and CLIPVisionConfig share. */
  static CLIPEncoder read(Config config, Defaults defaults, boolean causal) {
    TransformersConfig.acceptGeneralKeys(config);
    config.withoutEffect(
        List.of("attention_dropout", "dropout", "initializer_range", "initializer_factor"));
    long width = config.positive("hidden_size", defaults.width());
    long heads = config.positive("num_attention_heads", defaults.heads());
    if (width % heads != 0) {
      throw config.inconsistent(
          "the heads do not divide the width", "num_attention_heads", "hidden_size");
    }
    return new CLIPEncoder(
        width,
        config.positive("intermediate_size", defaults.intermediate()),
        config.positive("num_hidden_layers", defaults.layers()),
        heads,
        config.number("layer_norm_eps", 1e-5),
        Activation.ofTransformers(config, "hidden_act", config.text("hidden_act", "quick_gelu")),
        causal);
  }

  /** hidden [batch, tokens, width] -> the same shape. */
  Outputs forward(ModuleBuilder nn, Value embedded) {
    Value hidden = embedded;
    Value penultimate = hidden;
    for (long i = 0; i < layers; i++) {
      Value input = hidden;
      penultimate = input;
      hidden = nn.scope("encoder.layers." + i, LAYER_KEYS, () -> layer(nn, input));
    }
    return new Outputs(hidden, penultimate);
  }

  /** CLIPEncoderLayer. */
  private Value layer(ModuleBuilder nn, Value input) {
    GraphBuilder graph = nn.graph();
    Value norm1 = nn.layerNorm("layer_norm1", input, epsilon);
    Value hidden = graph.add(input, nn.scope("self_attn", () -> attention(nn, norm1)));
    Value norm2 = nn.layerNorm("layer_norm2", hidden, epsilon);
    return graph.add(hidden, nn.scope("mlp", () -> feedForward(nn, norm2)));
  }

  /** CLIPAttention. */
  private Value attention(ModuleBuilder nn, Value x) {
    double scale = 1 / Math.sqrt((double) (width / heads));
    Value attended =
        nn.graph()
            .node(
                new Attention(heads, scale, causal),
                nn.linear("q_proj", x, width),
                nn.linear("k_proj", x, width),
                nn.linear("v_proj", x, width));
    return nn.linear("out_proj", attended, width);
  }

  /** CLIPMLP. */
  private Value feedForward(ModuleBuilder nn, Value x) {
    Value hidden = nn.linear("fc1", x, intermediate);
    return nn.linear("fc2", activation.apply(nn.graph(), hidden), width);
  }
}
