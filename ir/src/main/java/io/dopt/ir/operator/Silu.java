package io.dopt.ir.operator;

import io.dopt.ir.GraphBuilder;
import io.dopt.ir.TensorType;
import io.dopt.ir.Value;
import java.util.List;

/** x * sigmoid(x) (Elfwing et al. 2017; torch.nn.SiLU). */
public record Silu() implements DiffusionOperator {
  @Override
  public List<TensorType> infer(List<TensorType> inputs) {
    Types.requireCount(this, inputs, 1, 1);
    Types.requireFloatingPoint(this, inputs.get(0));
    return inputs;
  }

  @Override
  public List<Value> decompose(GraphBuilder builder, List<Value> inputs) {
    Value x = inputs.get(0);
    return List.of(builder.mul(x, builder.unary(Unary.Function.SIGMOID, x)));
  }
}
