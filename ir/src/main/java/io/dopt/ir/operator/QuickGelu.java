package io.dopt.ir.operator;

import io.dopt.ir.GraphBuilder;
import io.dopt.ir.TensorType;
import io.dopt.ir.Value;
import java.util.List;

/** x * sigmoid(1.702 x), CLIP's activation (transformers QuickGELUActivation). */
public record QuickGelu() implements DiffusionOperator {
  /** The factor inside the sigmoid. */
  public static final double ALPHA = 1.702;

  @Override
  public List<TensorType> infer(List<TensorType> inputs) {
    Types.requireCount(this, inputs, 1, 1);
    Types.requireFloatingPoint(this, inputs.get(0));
    return inputs;
  }

  @Override
  public List<Value> decompose(GraphBuilder builder, List<Value> inputs) {
    Value x = inputs.get(0);
    Value scaled = builder.mul(x, builder.scalar(x.type().elementType(), ALPHA));
    return List.of(builder.mul(x, builder.unary(Unary.Function.SIGMOID, scaled)));
  }
}
