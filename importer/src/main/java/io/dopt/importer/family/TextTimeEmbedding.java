package io.dopt.importer.family;

import io.dopt.importer.family.nn.ModuleBuilder;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Value;
import io.dopt.ir.operator.Attention;
import io.dopt.ir.operator.Concat;
import io.dopt.ir.operator.Reduce;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.Shape;
import java.util.List;

/**
 * diffusers {@code models/embeddings.py} TextTimeEmbedding: the prompt's tokens [N, T, D] pooled by
 * attention to one embedding [N, width].
 *
 * @param heads number of heads
 * @param width width of the time embedding
 */
record TextTimeEmbedding(long heads, long width) {
  private static final double EPSILON = 1e-5;

  Value forward(ModuleBuilder nn, Value tokens) {
    Value normalized = nn.layerNorm("norm1", tokens, EPSILON);
    Value pooled = nn.scope("pool", () -> attentionPooling(nn, normalized));
    return nn.layerNorm("norm2", nn.linear("proj", pooled, width), EPSILON);
  }

  /** AttentionPooling: the mean token looks at itself and all others. */
  private Value attentionPooling(ModuleBuilder nn, Value tokens) {
    GraphBuilder graph = nn.graph();
    long size = tokens.type().shape().get(2).constant();
    Value mean = graph.node(new Reduce(Reduce.Function.MEAN, List.of(1L)), tokens);
    Value query = graph.add(mean, nn.parameter("positional_embedding", 1L, size));
    Value all = graph.node(new Concat(1), query, tokens);
    Value attended =
        graph.node(
            new Attention(heads, 1 / Math.sqrt((double) (size / heads)), false),
            nn.linear("q_proj", query, size),
            nn.linear("k_proj", all, size),
            nn.linear("v_proj", all, size));
    return graph.reshape(attended, Shape.of(tokens.type().shape().get(0), Dimension.of(size)));
  }
}
