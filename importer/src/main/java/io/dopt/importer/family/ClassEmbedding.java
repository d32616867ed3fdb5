package io.dopt.importer.family;

import io.dopt.importer.family.nn.Activation;
import io.dopt.importer.family.nn.Config;
import io.dopt.importer.family.nn.ModuleBuilder;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Value;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.Shape;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * class_embedding of UNet2DConditionModel (_set_class_embedding): what is made of the input {@code
 * class_labels}.
 *
 * @param kind which module it is
 * @param inputWidth classes of EMBEDDING, features of both projections
 * @param width width of the time embedding
 * @param activation of TIMESTEP; PROJECTION always has SiLU
 */
record ClassEmbedding(Kind kind, long inputWidth, long width, Activation activation) {
  enum Kind {
    EMBEDDING,
    TIMESTEP,
    IDENTITY,
    PROJECTION,
    SIMPLE_PROJECTION
  }

  private static final List<String> KEYS =
      List.of(
          "class_embed_type",
          "num_class_embeds",
          "projection_class_embeddings_input_dim",
          "time_embedding_dim",
          "block_out_channels");

  static Optional<ClassEmbedding> read(Config config, long width, Activation activation) {
    Optional<String> type = config.optionalText("class_embed_type");
    Optional<Long> classes = config.optionalPositive("num_class_embeds");
    Optional<Long> features = config.optionalPositive("projection_class_embeddings_input_dim");
    if (type.isEmpty()) {
      return classes.map(n -> new ClassEmbedding(Kind.EMBEDDING, n, width, activation));
    }
    Kind kind =
        switch (type.get()) {
          case "timestep" -> Kind.TIMESTEP;
          case "identity" -> Kind.IDENTITY;
          case "projection" -> Kind.PROJECTION;
          case "simple_projection" -> Kind.SIMPLE_PROJECTION;
          default ->
              throw config.unsupported(
                  "class_embed_type", "null, timestep, identity, projection and simple_projection");
        };
    boolean projects = kind == Kind.PROJECTION || kind == Kind.SIMPLE_PROJECTION;
    if (projects && features.isEmpty()) {
      throw config.inconsistent(
          "this class embedding needs the width of its input",
          "class_embed_type",
          "projection_class_embeddings_input_dim");
    }
    return Optional.of(new ClassEmbedding(kind, features.orElse(width), width, activation));
  }

  /** The embedding [batch, width]; {@code timeProjection} is the one of the timesteps. */
  Value forward(
      ModuleBuilder nn, Dimension batch, BiFunction<ModuleBuilder, Value, Value> timeProjection) {
    GraphBuilder graph = nn.graph();
    Value labels =
        switch (kind) {
          case EMBEDDING -> graph.input("class_labels", ElementType.INT64, Shape.of(batch));
          case TIMESTEP -> graph.input("class_labels", ElementType.FLOAT32, Shape.of(batch));
          case IDENTITY -> TimeConditioning.input(graph, "class_labels", batch, width);
          case PROJECTION, SIMPLE_PROJECTION ->
              TimeConditioning.input(graph, "class_labels", batch, inputWidth);
        };
    return switch (kind) {
      case EMBEDDING ->
          nn.impliedBy(KEYS, () -> nn.embedding("class_embedding", labels, inputWidth, width));
      case TIMESTEP -> embed(nn, timeProjection.apply(nn, labels), activation);
      case IDENTITY -> labels;
      case PROJECTION -> embed(nn, labels, Activation.SILU);
      case SIMPLE_PROJECTION ->
          nn.impliedBy(KEYS, () -> nn.linear("class_embedding", labels, width));
    };
  }

  private Value embed(ModuleBuilder nn, Value sample, Activation function) {
    TimestepEmbedding embedding = TimestepEmbedding.of(width, function);
    return nn.scope("class_embedding", KEYS, () -> embedding.forward(nn, sample, Optional.empty()));
  }
}
