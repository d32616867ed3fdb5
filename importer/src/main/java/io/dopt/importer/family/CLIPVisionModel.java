package io.dopt.importer.family;

import io.dopt.importer.family.nn.Config;
import io.dopt.importer.family.nn.ModuleBuilder;
import io.dopt.ir.Graph;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Value;
import io.dopt.ir.operator.Concat;
import io.dopt.ir.operator.Expand;
import io.dopt.ir.operator.Slice;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.Shape;
import java.util.List;
import java.util.Set;

/**
 * transformers {@code models/clip/modeling_clip.py} CLIPVisionModel, or
 * CLIPVisionModelWithProjection: a Vision Transformer, {@code pixel_values} [batch, channels, S, S]
 * with S the config's image_size to {@code image_embeds} [batch, projection] (not normalised),
 * {@code pooler_output} [batch, width] and {@code last_hidden_state} [batch, 1 + patches, width].
 * Weights may have the prefix {@code vision_model.} or not.
 */
final class CLIPVisionModel implements FamilyBuilder {
  static final Set<String> LEFTOVERS =
      Set.of("vision_model.embeddings.position_ids", "embeddings.position_ids");

  private static final String PREFIX = "vision_model";
  private static final String CLASS_EMBEDDING = "embeddings.class_embedding";

  private static final CLIPEncoder.Defaults DEFAULTS = new CLIPEncoder.Defaults(768, 3072, 12, 12);

  private static final List<String> KEYS =
      List.of("hidden_size", "image_size", "patch_size", "num_channels");
  private static final List<String> PROJECTION_KEYS = List.of("projection_dim", "hidden_size");

  private final boolean projected;

  /**
   * @param projected whether it is CLIPVisionModelWithProjection
   */
  CLIPVisionModel(boolean projected) {
    this.projected = projected;
  }

  @Override
  public String className() {
    return projected ? "CLIPVisionModelWithProjection" : "CLIPVisionModel";
  }

  @Override
  public Set<String> leftovers() {
    return LEFTOVERS;
  }

  @Override
  public List<Graph> build(Request request) {
    Settings settings = Settings.read(request.config());
    ModuleBuilder nn = new ModuleBuilder(request.component(), request.weights());
    boolean prefixed = request.weights().contains(PREFIX + "." + CLASS_EMBEDDING);
    Outputs outputs = forward(nn, settings, prefixed);
    if (projected) {
      nn.graph().output("image_embeds", project(nn, outputs.pooled(), settings.projection()));
    }
    return List.of(finish(nn.graph(), outputs));
  }

  /**
   * The vision part of a CLIPModel, graph {@code vision_model}.
   *
   * @param request its config is vision_config
   * @param projection size of the embeddings, which CLIPModel takes from its own config
   */
  static Graph part(Request request, long projection) {
    ModuleBuilder nn = new ModuleBuilder(PREFIX, request.weights());
    Outputs outputs = forward(nn, Settings.read(request.config()), true);
    nn.graph().output("image_embeds", project(nn, outputs.pooled(), projection));
    return finish(nn.graph(), outputs);
  }

  private static Graph finish(GraphBuilder graph, Outputs outputs) {
    graph.output("pooler_output", outputs.pooled());
    graph.output("last_hidden_state", outputs.last());
    return graph.build();
  }

  private static Value project(ModuleBuilder nn, Value pooled, long size) {
    return nn.impliedBy(
        PROJECTION_KEYS, () -> nn.linearWithoutBias("visual_projection", pooled, size));
  }

  /**
   * @param last last_hidden_state, which no norm follows
   * @param pooled the features [batch, width] of the class token
   */
  private record Outputs(Value last, Value pooled) {}

  private static Outputs forward(ModuleBuilder nn, Settings settings, boolean prefixed) {
    GraphBuilder graph = nn.graph();
    Dimension side = Dimension.of(settings.imageSize());
    Dimension channels = Dimension.of(settings.channels());
    Value pixels =
        graph.input(
            "pixel_values",
            ElementType.FLOAT32,
            Shape.of(Symbols.batch(graph), channels, side, side));
    return prefixed
        ? nn.scope(PREFIX, () -> encode(nn, settings, pixels))
        : encode(nn, settings, pixels);
  }

  private static Outputs encode(ModuleBuilder nn, Settings settings, Value pixels) {
    GraphBuilder graph = nn.graph();
    double epsilon = settings.encoder().epsilon();
    Value embedded = nn.scope("embeddings", KEYS, () -> embed(nn, settings, pixels));
    // The misspelt name is that of the reference class.
    Value normed = nn.impliedBy(KEYS, () -> nn.layerNorm("pre_layrnorm", embedded, epsilon));
    Value last = settings.encoder().forward(nn, normed).last();
    Value first = graph.node(new Slice(List.of(1L), List.of(0L), List.of(1L)), last);
    Shape shape = last.type().shape();
    Value token = graph.reshape(first, Shape.of(shape.get(0), shape.get(2)));
    return new Outputs(
        last, nn.impliedBy(KEYS, () -> nn.layerNorm("post_layernorm", token, epsilon)));
  }

  /** CLIPVisionEmbeddings: the class token, then the patches row by row, with their positions. */
  private static Value embed(ModuleBuilder nn, Settings settings, Value pixels) {
    GraphBuilder graph = nn.graph();
    long width = settings.encoder().width();
    Value patches =
        Tokens.ofImage(
            nn,
            nn.conv2dWithoutBias(
                "patch_embedding", pixels, width, settings.patchSize(), settings.patchSize(), 0));
    Shape one = Shape.of(pixels.type().shape().get(0), Dimension.of(1), Dimension.of(width));
    Value classToken = graph.node(new Expand(one), nn.parameter("class_embedding", width));
    Value tokens = graph.node(new Concat(1), classToken, patches);
    long grid = settings.imageSize() / settings.patchSize();
    Value positions =
        nn.scope("position_embedding", () -> nn.parameter("weight", grid * grid + 1, width));
    return graph.add(tokens, positions);
  }

  /** The configuration; CLIPVisionConfig. */
  private record Settings(
      CLIPEncoder encoder, long channels, long imageSize, long patchSize, long projection) {
    /** Of a side; a config that asks for more is a mistake, or would not fit memory. */
    private static final long MOST_PATCHES = 256;

    static Settings read(Config config) {
      CLIPEncoder encoder = CLIPEncoder.read(config, DEFAULTS, false);
      long imageSize = config.positive("image_size", 224);
      long patchSize = config.positive("patch_size", 32);
      if (imageSize < patchSize || imageSize / patchSize > MOST_PATCHES) {
        throw config.inconsistent(
            "an image has 1 to " + MOST_PATCHES + " patches on a side", "image_size", "patch_size");
      }
      return new Settings(
          encoder,
          config.positive("num_channels", 3),
          imageSize,
          patchSize,
          config.optionalPositive("projection_dim").orElse(512L));
    }
  }
}
