package io.dopt.ir.operator;

import io.dopt.ir.GraphBuilder;
import io.dopt.ir.TensorType;
import io.dopt.ir.Value;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.Shape;
import java.util.Collections;
import java.util.List;

/**
 * Group normalisation (Wu and He 2018; torch.nn.GroupNorm) with an optional SiLU behind it: x [N,
 * C, spatial...], scale [C], bias [C].
 *
 * @param groups number of groups, divides C
 * @param epsilon added to the variance
 * @param silu whether SiLU follows
 */
public record GroupNorm(long groups, double epsilon, boolean silu) implements DiffusionOperator {
  @Override
  public List<TensorType> infer(List<TensorType> inputs) {
    Types.requireCount(this, inputs, 3, 3);
    Types.requireSameElementType(this, inputs);
    Types.requireFloatingPoint(this, inputs.get(0));
    Types.requireAtLeast(this, 1, "number of groups", groups);
    Shape x = inputs.get(0).shape();
    Types.require(
        this,
        x.rank() >= 3 && x.get(1).isConstant() && x.get(1).constant() % groups == 0,
        groups + " groups do not divide the channels of " + x);
    for (TensorType parameter : inputs.subList(1, 3)) {
      Types.require(
          this, parameter.shape().equals(Shape.of(x.get(1))), parameter + " does not fit " + x);
    }
    return inputs.subList(0, 1);
  }

  @Override
  public List<Value> decompose(GraphBuilder builder, List<Value> inputs) {
    Value x = inputs.get(0);
    Shape shape = x.type().shape();
    Dimension perGroup = shape.elementCount().dividedBy(shape.get(0)).dividedBy(groups);
    Value grouped = builder.reshape(x, Shape.of(shape.get(0), Dimension.of(groups), perGroup));
    Value ones = builder.fill(x.type().elementType(), List.of(groups), 1);
    Value zeros = builder.fill(x.type().elementType(), List.of(groups), 0);
    Value normalized =
        builder.reshape(
            builder.node(new InstanceNormalization(epsilon), grouped, ones, zeros), shape);
    Value scaled = builder.mul(normalized, perChannel(builder, inputs.get(1), shape.rank()));
    Value shifted = builder.add(scaled, perChannel(builder, inputs.get(2), shape.rank()));
    return List.of(silu ? builder.node(new Silu(), shifted) : shifted);
  }

  private static Value perChannel(GraphBuilder builder, Value parameter, int rank) {
    Dimension one = Dimension.of(1);
    Shape column =
        new Shape(Collections.nCopies(rank, one)).with(1, parameter.type().shape().get(0));
    return builder.reshape(parameter, column);
  }
}
