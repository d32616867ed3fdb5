package io.dopt.ir.operator;

import io.dopt.ir.GraphBuilder;
import io.dopt.ir.TensorType;
import io.dopt.ir.Value;
import io.dopt.tensor.Dimension;
import java.util.List;

/**
 * x [..., 2C] -> a * gelu(b) [..., C] with a the first and b the second half (Shazeer 2020;
 * diffusers GEGLU after its linear).
 */
public record Geglu() implements DiffusionOperator {
  @Override
  public List<TensorType> infer(List<TensorType> inputs) {
    Types.requireCount(this, inputs, 1, 1);
    Types.requireFloatingPoint(this, inputs.get(0));
    Types.require(this, inputs.get(0).shape().rank() >= 1, "wants rank 1 or more, got a scalar");
    Dimension last = inputs.get(0).shape().get(-1);
    Types.require(
        this,
        last.isConstant() && last.constant() % 2 == 0,
        "the last axis of " + inputs.get(0) + " has no halves");
    return List.of(inputs.get(0).withShape(inputs.get(0).shape().with(-1, last.dividedBy(2))));
  }

  @Override
  public List<Value> decompose(GraphBuilder builder, List<Value> inputs) {
    long half = inputs.get(0).type().shape().get(-1).constant() / 2;
    List<Value> halves = builder.nodes(new Split(-1, List.of(half, half)), inputs.get(0));
    return List.of(builder.mul(halves.get(0), builder.node(new Gelu(false), halves.get(1))));
  }
}
