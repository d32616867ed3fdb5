package io.dopt.importer.family;

import io.dopt.importer.family.nn.Activation;
import io.dopt.importer.family.nn.Config;
import io.dopt.importer.family.nn.ModuleBuilder;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Value;
import io.dopt.ir.operator.Concat;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.Shape;
import java.util.List;
import java.util.Optional;

/** add_embedding of UNet2DConditionModel (_set_add_embedding, get_aug_embed). */
sealed interface AdditionEmbedding {
  /** Adds the inputs it needs and its nodes; [batch, width]. */
  Value forward(ModuleBuilder nn, Dimension batch, Value text);

  static Optional<AdditionEmbedding> read(Config config, long width) {
    Optional<Long> timeWidth = config.optionalPositive("addition_time_embed_dim");
    Optional<Long> inputWidth = config.optionalPositive("projection_class_embeddings_input_dim");
    long heads = config.positive("addition_embed_type_num_heads", 64);
    Optional<String> type = config.optionalText("addition_embed_type");
    if (type.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        switch (type.get()) {
          case "text" -> new Text(new TextTimeEmbedding(heads, width));
          case "text_time" -> {
            long timeFeatures = TextTime.TIME_IDS * timeWidth.orElse(0L);
            if (timeWidth.isEmpty() || inputWidth.orElse(0L) <= timeFeatures) {
              throw config.inconsistent(
                  "text_time needs both widths, the second larger than six times the first",
                  "addition_embed_type",
                  "addition_time_embed_dim",
                  "projection_class_embeddings_input_dim");
            }
            yield new TextTime(
                TimeProjection.Timesteps.of(config, timeWidth.get()),
                inputWidth.get() - timeFeatures,
                width);
          }
          default -> throw config.unsupported("addition_embed_type", "null, text and text_time");
        });
  }

  /** Of the prompt's tokens. */
  record Text(TextTimeEmbedding embedding) implements AdditionEmbedding {
    private static final List<String> KEYS =
        List.of("cross_attention_dim", "encoder_hid_dim", "addition_embed_type_num_heads");

    @Override
    public Value forward(ModuleBuilder nn, Dimension batch, Value text) {
      return nn.scope("add_embedding", KEYS, () -> embedding.forward(nn, text));
    }
  }

  /**
   * SDXL's: of the pooled prompt, input {@code text_embeds} [batch, textWidth], and six sizes,
   * input {@code time_ids} [batch, 6].
   */
  record TextTime(TimeProjection.Timesteps projection, long textWidth, long width)
      implements AdditionEmbedding {
    static final long TIME_IDS = 6;

    private static final List<String> KEYS =
        List.of("projection_class_embeddings_input_dim", "addition_time_embed_dim");

    @Override
    public Value forward(ModuleBuilder nn, Dimension batch, Value text) {
      GraphBuilder graph = nn.graph();
      Value textEmbeds = TimeConditioning.input(graph, "text_embeds", batch, textWidth);
      Value timeIds = TimeConditioning.input(graph, "time_ids", batch, TIME_IDS);
      Value flat = graph.reshape(timeIds, Shape.of(batch.times(TIME_IDS)));
      Value projected = nn.scope("add_time_proj", () -> projection.forward(nn, flat));
      Dimension features = Dimension.of(TIME_IDS * projection.size());
      Value rows = graph.reshape(projected, Shape.of(batch, features));
      Value joined = graph.node(new Concat(-1), textEmbeds, rows);
      TimestepEmbedding embedding = TimestepEmbedding.of(width, Activation.SILU);
      return nn.scope("add_embedding", KEYS, () -> embedding.forward(nn, joined, Optional.empty()));
    }
  }
}
