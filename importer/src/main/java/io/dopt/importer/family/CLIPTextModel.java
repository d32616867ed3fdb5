package io.dopt.importer.family;

import io.dopt.importer.family.nn.Activation;
import io.dopt.importer.family.nn.Config;
import io.dopt.importer.family.nn.ModuleBuilder;
import io.dopt.ir.Graph;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Value;
import io.dopt.ir.operator.ArgMax;
import io.dopt.ir.operator.Attention;
import io.dopt.ir.operator.Cast;
import io.dopt.ir.operator.Compare;
import io.dopt.ir.operator.Expand;
import io.dopt.ir.operator.GatherElements;
import io.dopt.ir.operator.Slice;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.Shape;
import java.util.List;
import java.util.Set;

/**
 * transformers {@code models/clip/modeling_clip.py} CLIPTextModel, or CLIPTextModelWithProjection:
 * graph {@code text_encoder} of docs/architecture.md. Weights may have the prefix {@code
 * text_model.} (all files until transformers 4) or not.
 */
final class CLIPTextModel implements FamilyBuilder {
  private static final String PREFIX = "text_model";
  private static final String TOKEN_EMBEDDING = "embeddings.token_embedding.weight";

  /** Configs of before transformers 4.31 say 2, which is no token of CLIP's. */
  private static final long LEGACY_END_TOKEN = 2;

  private static final List<String> KEYS =
      List.of("vocab_size", "hidden_size", "max_position_embeddings");
  private static final List<String> LAYER_KEYS =
      List.of("hidden_size", "intermediate_size", "num_hidden_layers");

  private final boolean projected;

  /**
   * @param projected whether it is CLIPTextModelWithProjection
   */
  CLIPTextModel(boolean projected) {
    this.projected = projected;
  }

  @Override
  public String className() {
    return projected ? "CLIPTextModelWithProjection" : "CLIPTextModel";
  }

  /** Files of before transformers 4.31 hold the numbers 0 to 76. */
  @Override
  public Set<String> leftovers() {
    return Set.of("text_model.embeddings.position_ids", "embeddings.position_ids");
  }

  @Override
  public List<Graph> build(Request request) {
    Config config = request.config();
    Settings settings = Settings.read(config, request);
    ModuleBuilder nn = new ModuleBuilder(request.component(), request.weights());
    GraphBuilder graph = nn.graph();
    Dimension batch = Symbols.batch(graph);
    Value ids =
        graph.input(
            "input_ids", ElementType.INT64, Shape.of(batch, Dimension.of(settings.length())));
    boolean prefixed = request.weights().contains(PREFIX + "." + TOKEN_EMBEDDING);
    Outputs outputs =
        prefixed ? nn.scope(PREFIX, () -> encode(nn, settings, ids)) : encode(nn, settings, ids);
    graph.output("last_hidden_state", outputs.last());
    Value pooled = pool(graph, settings, ids, outputs.last());
    if (projected) {
      List<String> keys = List.of("projection_dim", "hidden_size");
      graph.output(
          "text_embeds",
          nn.impliedBy(
              keys, () -> nn.linearWithoutBias("text_projection", pooled, settings.projection())));
    } else {
      graph.output("pooler_output", pooled);
    }
    graph.output("hidden_states_penultimate", outputs.penultimate());
    return List.of(graph.build());
  }

  /**
   * @param last last_hidden_state
   * @param penultimate hidden_states[-2]: what the last layer is given
   */
  private record Outputs(Value last, Value penultimate) {}

  private static Outputs encode(ModuleBuilder nn, Settings settings, Value ids) {
    Value hidden = nn.scope("embeddings", KEYS, () -> embed(nn, settings, ids));
    Value penultimate = hidden;
    for (long i = 0; i < settings.layers(); i++) {
      Value input = hidden;
      penultimate = input;
      hidden = nn.scope("encoder.layers." + i, LAYER_KEYS, () -> encoderLayer(nn, settings, input));
    }
    Value last = hidden;
    return new Outputs(
        nn.impliedBy(KEYS, () -> nn.layerNorm("final_layer_norm", last, settings.epsilon())),
        penultimate);
  }

  /** CLIPTextEmbeddings. */
  private static Value embed(ModuleBuilder nn, Settings settings, Value ids) {
    Value tokens = nn.embedding("token_embedding", ids, settings.vocabulary(), settings.width());
    Value positions =
        nn.scope(
            "position_embedding",
            () -> nn.parameter("weight", settings.positions(), settings.width()));
    if (settings.length() < settings.positions()) {
      positions =
          nn.graph()
              .node(new Slice(List.of(0L), List.of(0L), List.of(settings.length())), positions);
    }
    return nn.graph().add(tokens, positions);
  }

  /** CLIPEncoderLayer. */
  private static Value encoderLayer(ModuleBuilder nn, Settings settings, Value input) {
    GraphBuilder graph = nn.graph();
    Value norm1 = nn.layerNorm("layer_norm1", input, settings.epsilon());
    Value hidden = graph.add(input, nn.scope("self_attn", () -> attention(nn, settings, norm1)));
    Value norm2 = nn.layerNorm("layer_norm2", hidden, settings.epsilon());
    return graph.add(hidden, nn.scope("mlp", () -> feedForward(nn, settings, norm2)));
  }

  /** CLIPAttention under a causal mask. */
  private static Value attention(ModuleBuilder nn, Settings settings, Value x) {
    long width = settings.width();
    double scale = 1 / Math.sqrt((double) (width / settings.heads()));
    Value attended =
        nn.graph()
            .node(
                new Attention(settings.heads(), scale, true),
                nn.linear("q_proj", x, width),
                nn.linear("k_proj", x, width),
                nn.linear("v_proj", x, width));
    return nn.linear("out_proj", attended, width);
  }

  /** CLIPMLP. */
  private static Value feedForward(ModuleBuilder nn, Settings settings, Value x) {
    Value hidden = nn.linear("fc1", x, settings.intermediate());
    return nn.linear("fc2", settings.activation().apply(nn.graph(), hidden), settings.width());
  }

  /** The features [batch, D] of the end token; its first occurrence if there are several. */
  private static Value pool(GraphBuilder graph, Settings settings, Value ids, Value hidden) {
    Value end = graph.scalar(ElementType.INT64, settings.endToken());
    Value candidates =
        settings.endToken() == LEGACY_END_TOKEN
            ? ids
            : graph.node(new Compare(Compare.Relation.EQUAL), ids, end);
    Value scores = graph.node(new Cast(ElementType.FLOAT32), candidates);
    Shape shape = hidden.type().shape();
    Dimension one = Dimension.of(1);
    Value index =
        graph.reshape(graph.node(new ArgMax(1), scores), Shape.of(shape.get(0), one, one));
    Value indices = graph.node(new Expand(Shape.of(shape.get(0), one, shape.get(2))), index);
    Value row = graph.node(new GatherElements(1), hidden, indices);
    return graph.reshape(row, Shape.of(shape.get(0), shape.get(2)));
  }

  /** The configuration; CLIPTextConfig. */
  private record Settings(
      long vocabulary,
      long positions,
      long length,
      long width,
      long intermediate,
      long layers,
      long heads,
      long projection,
      double epsilon,
      Activation activation,
      long endToken) {

    static Settings read(Config config, Request request) {
      TransformersConfig.acceptGeneralKeys(config);
      config.withoutEffect(
          List.of(
              "attention_dropout",
              "dropout",
              "initializer_range",
              "initializer_factor",
              "bos_token_id",
              "pad_token_id"));
      config.refuseUnless("use_attention_mask", false, "false");
      long width = config.positive("hidden_size", 512);
      long heads = config.positive("num_attention_heads", 8);
      if (width % heads != 0) {
        throw config.inconsistent(
            "the heads do not divide the width", "num_attention_heads", "hidden_size");
      }
      long positions = config.positive("max_position_embeddings", 77);
      long length = request.promptLength().orElse(positions);
      if (length > positions) {
        throw config.inconsistent(
            "the tokenizer makes prompts of " + length + " tokens, more than the model has places",
            "max_position_embeddings");
      }
      String activation = config.text("hidden_act", "quick_gelu");
      return new Settings(
          config.positive("vocab_size", 49408),
          positions,
          length,
          width,
          config.positive("intermediate_size", 2048),
          config.positive("num_hidden_layers", 12),
          heads,
          config.optionalPositive("projection_dim").orElse(512L),
          config.number("layer_norm_eps", 1e-5),
          Activation.ofTransformers(config, "hidden_act", activation),
          config.integer("eos_token_id", 49407, 0));
    }
  }
}
