package io.dopt.importer.family;

import io.dopt.importer.family.nn.Config;
import io.dopt.importer.family.nn.ModuleBuilder;
import io.dopt.ir.Graph;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Value;
import io.dopt.ir.operator.ArgMax;
import io.dopt.ir.operator.Cast;
import io.dopt.ir.operator.Compare;
import io.dopt.ir.operator.Expand;
import io.dopt.ir.operator.GatherElements;
import io.dopt.ir.operator.Slice;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.Shape;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * transformers {@code models/clip/modeling_clip.py} CLIPTextModel, or CLIPTextModelWithProjection:
 * graph {@code text_encoder} of docs/architecture.md. Weights may have the prefix {@code
 * text_model.} (all files until transformers 4) or not.
 */
final class CLIPTextModel implements FamilyBuilder {
  /** Files of before transformers 4.31 hold the numbers 0 to 76. */
  static final Set<String> LEFTOVERS =
      Set.of("text_model.embeddings.position_ids", "embeddings.position_ids");

  private static final String PREFIX = "text_model";
  private static final String TOKEN_EMBEDDING = "embeddings.token_embedding.weight";

  /** Configs of before transformers 4.31 say 2, which is no token of CLIP's. */
  private static final long LEGACY_END_TOKEN = 2;

  private static final CLIPEncoder.Defaults DEFAULTS = new CLIPEncoder.Defaults(512, 2048, 12, 8);

  private static final List<String> KEYS =
      List.of("vocab_size", "hidden_size", "max_position_embeddings");
  private static final List<String> PROJECTION_KEYS = List.of("projection_dim", "hidden_size");

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

  @Override
  public Set<String> leftovers() {
    return LEFTOVERS;
  }

  @Override
  public List<Graph> build(Request request) {
    Settings settings = Settings.read(request.config(), request.promptLength());
    ModuleBuilder nn = new ModuleBuilder(request.component(), request.weights());
    GraphBuilder graph = nn.graph();
    boolean prefixed = request.weights().contains(PREFIX + "." + TOKEN_EMBEDDING);
    Outputs outputs = forward(nn, settings, prefixed);
    graph.output("last_hidden_state", outputs.last());
    if (projected) {
      graph.output("text_embeds", project(nn, outputs.pooled(), settings.projection()));
    } else {
      graph.output("pooler_output", outputs.pooled());
    }
    graph.output("hidden_states_penultimate", outputs.penultimate());
    return List.of(graph.build());
  }

  /**
   * The text part of a CLIPModel, graph {@code text_model}: {@code input_ids} to {@code
   * text_embeds}, projected, not normalised.
   *
   * @param request its config is text_config
   * @param projection size of the embeddings, which CLIPModel takes from its own config
   */
  static Graph part(Request request, long projection) {
    Settings settings = Settings.read(request.config(), request.promptLength());
    ModuleBuilder nn = new ModuleBuilder(PREFIX, request.weights());
    Outputs outputs = forward(nn, settings, true);
    nn.graph().output("text_embeds", project(nn, outputs.pooled(), projection));
    return nn.graph().build();
  }

  private static Value project(ModuleBuilder nn, Value pooled, long size) {
    return nn.impliedBy(
        PROJECTION_KEYS, () -> nn.linearWithoutBias("text_projection", pooled, size));
  }

  /**
   * @param last last_hidden_state [batch, tokens, width]
   * @param penultimate hidden_states[-2]: what the last layer is given
   * @param pooled the features [batch, width] of the end token
   */
  private record Outputs(Value last, Value penultimate, Value pooled) {}

  private static Outputs forward(ModuleBuilder nn, Settings settings, boolean prefixed) {
    GraphBuilder graph = nn.graph();
    Dimension batch = Symbols.batch(graph);
    Value ids =
        graph.input(
            "input_ids", ElementType.INT64, Shape.of(batch, Dimension.of(settings.length())));
    CLIPEncoder.Outputs encoded =
        prefixed ? nn.scope(PREFIX, () -> encode(nn, settings, ids)) : encode(nn, settings, ids);
    return new Outputs(
        encoded.last(), encoded.penultimate(), pool(graph, settings, ids, encoded.last()));
  }

  private static CLIPEncoder.Outputs encode(ModuleBuilder nn, Settings settings, Value ids) {
    Value hidden = nn.scope("embeddings", KEYS, () -> embed(nn, settings, ids));
    CLIPEncoder.Outputs encoded = settings.encoder().forward(nn, hidden);
    double epsilon = settings.encoder().epsilon();
    return new CLIPEncoder.Outputs(
        nn.impliedBy(KEYS, () -> nn.layerNorm("final_layer_norm", encoded.last(), epsilon)),
        encoded.penultimate());
  }

  /** CLIPTextEmbeddings. */
  private static Value embed(ModuleBuilder nn, Settings settings, Value ids) {
    long width = settings.encoder().width();
    Value tokens = nn.embedding("token_embedding", ids, settings.vocabulary(), width);
    Value positions =
        nn.scope("position_embedding", () -> nn.parameter("weight", settings.positions(), width));
    if (settings.length() < settings.positions()) {
      positions =
          nn.graph()
              .node(new Slice(List.of(0L), List.of(0L), List.of(settings.length())), positions);
    }
    return nn.graph().add(tokens, positions);
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
      CLIPEncoder encoder,
      long vocabulary,
      long positions,
      long length,
      long projection,
      long endToken) {

    static Settings read(Config config, Optional<Long> promptLength) {
      CLIPEncoder encoder = CLIPEncoder.read(config, DEFAULTS, true);
      config.withoutEffect(List.of("bos_token_id", "pad_token_id"));
      config.refuseUnless("use_attention_mask", false, "false");
      long positions = config.positive("max_position_embeddings", 77);
      long length = promptLength.orElse(positions);
      if (length > positions) {
        throw config.inconsistent(
            "the tokenizer makes prompts of " + length + " tokens, more than the model has places",
            "max_position_embeddings");
      }
      return new Settings(
          encoder,
          config.positive("vocab_size", 49408),
          positions,
          length,
          config.optionalPositive("projection_dim").orElse(512L),
          config.integer("eos_token_id", 49407, 0));
    }
  }
}
