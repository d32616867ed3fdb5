package io.dopt.importer.family;

import io.dopt.importer.family.nn.ModuleBuilder;
import io.dopt.ir.Value;

/**
 * diffusers {@code models/attention_processor.py} Attention over token sequences [N, S, C].
 *
 * @param heads number of heads
 * @param headDim width of a head
 * @param bias whether query, key and value projections have one
 */
record Attention(long heads, long headDim, boolean bias) {
  /** Attends from {@code hidden} to {@code context}; they are the same for self-attention. */
  Value forward(ModuleBuilder nn, Value hidden, Value context) {
    Value attended =
        nn.graph()
            .node(
                new io.dopt.ir.operator.Attention(heads, 1 / Math.sqrt(headDim), false),
                project(nn, "to_q", hidden),
                project(nn, "to_k", context),
                project(nn, "to_v", context));
    return nn.linear("to_out.0", attended, hidden.type().shape().get(-1).constant());
  }

  private Value project(ModuleBuilder nn, String name, Value x) {
    return bias
        ? nn.linear(name, x, heads * headDim)
        : nn.linearWithoutBias(name, x, heads * headDim);
  }
}
