package io.dopt.ir.operator;

import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Value;
import java.util.List;

/**
 * An operator of diffusion models that ONNX lacks or that targets implement better whole. A target
 * without a kernel for it emits {@link #decompose}.
 */
public sealed interface DiffusionOperator extends Operator
    permits Attention, Geglu, GroupNorm, QuantizedAttention, QuickGelu, Silu, SinusoidalEmbedding {
  /** Writes the same computation in plain operators and returns its outputs. */
  List<Value> decompose(GraphBuilder builder, List<Value> inputs);
}
