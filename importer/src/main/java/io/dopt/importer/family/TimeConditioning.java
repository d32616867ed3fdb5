package io.dopt.importer.family;

import io.dopt.importer.family.nn.Activation;
import io.dopt.importer.family.nn.Config;
import io.dopt.importer.family.nn.ModuleBuilder;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Value;
import io.dopt.ir.operator.Concat;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.Shape;
import java.util.List;
import java.util.Optional;

/**
 * The time embedding of UNet2DConditionModel: timestep, optionally conditioned, plus class and
 * additional embeddings. What depends on the timestep alone has one row, [1, D]; sums with what
 * depends on the sample broadcast it.
 *
 * @param width time_embed_dim
 * @param projection time_proj
 * @param embedding time_embedding
 * @param conditionWidth time_cond_proj_dim
 * @param classes class_embedding
 * @param concatenateClasses class_embeddings_concat
 * @param addition add_embedding
 * @param activation time_embedding_act_fn
 */
record TimeConditioning(
    long width,
    TimeProjection projection,
    TimestepEmbedding embedding,
    Optional<Long> conditionWidth,
    Optional<ClassEmbedding> classes,
    boolean concatenateClasses,
    Optional<AdditionEmbedding> addition,
    Optional<Activation> activation) {

  private static final List<String> KEYS =
      List.of("block_out_channels", "time_embedding_dim", "time_embedding_type");

  static TimeConditioning read(Config config, long firstChannels, Activation activation) {
    String type = config.text("time_embedding_type", "positional");
    long factor = type.equals("fourier") ? 2 : 4;
    long width = config.optionalPositive("time_embedding_dim").orElse(firstChannels * factor);
    return new TimeConditioning(
        width,
        TimeProjection.of(config, type, firstChannels, width),
        new TimestepEmbedding(width, activation, activation(config, "timestep_post_act")),
        config.optionalPositive("time_cond_proj_dim"),
        ClassEmbedding.read(config, width, activation),
        config.flag("class_embeddings_concat", false),
        AdditionEmbedding.read(config, width),
        activation(config, "time_embedding_act_fn"));
  }

  private static Optional<Activation> activation(Config config, String key) {
    return config.optionalText(key).map(name -> Activation.ofDiffusers(config, key, name));
  }

  /**
   * Adds the inputs {@code timestep_cond}, {@code class_labels} and those of the additional
   * embedding, as configured.
   *
   * @param timestep scalar
   * @param text encoder_hidden_states as given by the caller
   * @return the embedding [1 or batch, D]
   */
  Value forward(ModuleBuilder nn, Dimension batch, Value timestep, Value text) {
    GraphBuilder graph = nn.graph();
    Optional<Value> condition =
        conditionWidth.map(size -> input(graph, "timestep_cond", batch, size));
    Value projected = project(nn, graph.reshape(timestep, Shape.of(1)));
    Value emb = nn.scope("time_embedding", KEYS, () -> embedding.forward(nn, projected, condition));
    if (classes.isPresent()) {
      Value classEmb = classes.get().forward(nn, batch, this::project);
      emb =
          concatenateClasses
              ? graph.node(new Concat(-1), expand(graph, emb, batch), classEmb)
              : graph.add(emb, classEmb);
    }
    if (addition.isPresent()) {
      emb = graph.add(emb, addition.get().forward(nn, batch, text));
    }
    return activation.isPresent() ? activation.get().apply(graph, emb) : emb;
  }

  private Value project(ModuleBuilder nn, Value timesteps) {
    return nn.scope("time_proj", KEYS, () -> projection.forward(nn, timesteps));
  }

  private static Value expand(GraphBuilder graph, Value emb, Dimension batch) {
    Shape shape = emb.type().shape().with(0, batch);
    return graph.node(new io.dopt.ir.operator.Expand(shape), emb);
  }

  static Value input(GraphBuilder graph, String name, Dimension batch, long size) {
    return graph.input(name, ElementType.FLOAT32, Shape.of(batch, Dimension.of(size)));
  }
}
