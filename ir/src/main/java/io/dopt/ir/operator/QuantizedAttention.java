package io.dopt.ir.operator;

import io.dopt.ir.GraphBuilder;
import io.dopt.ir.TensorType;
import io.dopt.ir.Value;
import io.dopt.tensor.ElementType;
import java.util.List;

/**
 * {@link Attention} without a mask whose probabilities are rounded to a small type before they
 * weigh the values: probabilities lie in 0..1, so their scale is known without calibration.
 * Operands are as in Attention; they are quantized by the nodes before, or not at all.
 *
 * @param heads number of heads
 * @param scale factor on query * key
 * @param probabilities u8, in units of 1/255; or f8e4m3fn, in units of 1/448
 */
public record QuantizedAttention(long heads, double scale, ElementType probabilities)
    implements DiffusionOperator {
  private static final double LARGEST_FLOAT8E4M3FN = 448;
  private static final double LARGEST_UINT8 = 255;

  @Override
  public List<TensorType> infer(List<TensorType> inputs) {
    Types.require(
        this,
        probabilities == ElementType.UINT8 || probabilities == ElementType.FLOAT8E4M3FN,
        "probabilities are u8 or f8e4m3fn, not " + probabilities.text());
    return plain().infer(inputs);
  }

  /** What one unit of a stored probability is worth. */
  public double probabilityScale() {
    return 1 / (probabilities == ElementType.UINT8 ? LARGEST_UINT8 : LARGEST_FLOAT8E4M3FN);
  }

  @Override
  public List<Value> decompose(GraphBuilder builder, List<Value> inputs) {
    return plain().decompose(builder, inputs, value -> rounded(builder, value));
  }

  private Value rounded(GraphBuilder builder, Value value) {
    Value unit = builder.scalar(value.type().elementType(), probabilityScale());
    Value stored = builder.node(new QuantizeLinear(probabilities, 0, 0), value, unit);
    return builder.node(new DequantizeLinear(0, 0), stored, unit);
  }

  private Attention plain() {
    return new Attention(heads, scale, false);
  }
}
