package io.dopt.importer.family;

import io.dopt.importer.family.nn.ModuleBuilder;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Value;
import io.dopt.ir.operator.Geglu;

/**
 * diffusers {@code models/attention.py} BasicTransformerBlock with layer norms and a GEGLU
 * feed-forward: self-attention, cross-attention, feed-forward, each before a residual sum.
 *
 * @param heads number of heads
 * @param headDim width of a head
 * @param onlyCrossAttention whether the first attention looks at the text too
 */
record BasicTransformerBlock(long heads, long headDim, boolean onlyCrossAttention) {
  private static final double EPSILON = 1e-5;
  private static final long FEED_FORWARD_FACTOR = 4;

  Value forward(ModuleBuilder nn, Value input, Value text) {
    GraphBuilder graph = nn.graph();
    Attention attention = new Attention(heads, headDim, false);
    Value norm1 = nn.layerNorm("norm1", input, EPSILON);
    Value context = onlyCrossAttention ? text : norm1;
    Value hidden = graph.add(nn.scope("attn1", () -> attention.forward(nn, norm1, context)), input);
    Value norm2 = nn.layerNorm("norm2", hidden, EPSILON);
    Value crossed = graph.add(nn.scope("attn2", () -> attention.forward(nn, norm2, text)), hidden);
    Value norm3 = nn.layerNorm("norm3", crossed, EPSILON);
    return graph.add(nn.scope("ff", () -> feedForward(nn, norm3)), crossed);
  }

  private static Value feedForward(ModuleBuilder nn, Value x) {
    long width = x.type().shape().get(-1).constant();
    Value gated =
        nn.scope(
            "net.0",
            () ->
                nn.graph()
                    .node(new Geglu(), nn.linear("proj", x, 2 * FEED_FORWARD_FACTOR * width)));
    return nn.linear("net.2", gated, width);
  }
}
