package io.dopt.ir.operator;

import io.dopt.ir.GraphBuilder;
import io.dopt.ir.TensorType;
import io.dopt.ir.Value;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.Shape;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Multi-head scaled dot-product attention (Vaswani et al. 2017): query [N, S, H*D], key [N, T,
 * H*D], value [N, T, H*E] -> [N, S, H*E]; heads lie side by side in the last axis.
 *
 * @param heads H
 * @param scale factor on query * key, usually 1/sqrt(D)
 * @param causal whether position s sees only positions up to s; needs S = T, constant
 */
public record Attention(long heads, double scale, boolean causal) implements DiffusionOperator {
  @Override
  public List<TensorType> infer(List<TensorType> inputs) {
    Types.requireCount(this, inputs, 3, 3);
    Types.requireSameElementType(this, inputs);
    Types.requireFloatingPoint(this, inputs.get(0));
    Types.requireAtLeast(this, 1, "number of heads", heads);
    inputs.forEach(input -> Types.requireRank(this, input, 3));
    Shape query = inputs.get(0).shape();
    Shape key = inputs.get(1).shape();
    Shape value = inputs.get(2).shape();
    Types.require(
        this,
        query.get(2).equals(key.get(2))
            && key.get(1).equals(value.get(1))
            && query.get(0).equals(key.get(0))
            && key.get(0).equals(value.get(0)),
        "query " + query + ", key " + key + " and value " + value + " do not fit");
    Types.require(
        this,
        query.get(2).isConstant()
            && value.get(2).isConstant()
            && query.get(2).constant() % heads == 0
            && value.get(2).constant() % heads == 0,
        heads + " heads do not divide " + query + " or " + value);
    Types.require(
        this,
        !causal || (query.get(1).equals(key.get(1)) && query.get(1).isConstant()),
        "causal attention wants one constant length, got " + query + " and " + key);
    return List.of(inputs.get(0).withShape(query.with(2, value.get(2))));
  }

  @Override
  public List<Value> decompose(GraphBuilder builder, List<Value> inputs) {
    return decompose(builder, inputs, probabilities -> probabilities);
  }

  /** With something done to the probabilities before they weigh the values. */
  List<Value> decompose(
      GraphBuilder builder, List<Value> inputs, UnaryOperator<Value> ofProbabilities) {
    Value query = split(builder, inputs.get(0), List.of(0L, 2L, 1L, 3L));
    Value keyTransposed = split(builder, inputs.get(1), List.of(0L, 2L, 3L, 1L));
    Value value = split(builder, inputs.get(2), List.of(0L, 2L, 1L, 3L));
    Value scaled =
        scale == 1 ? query : builder.mul(query, builder.scalar(query.type().elementType(), scale));
    Value scores = builder.node(new MatMul(), scaled, keyTransposed);
    if (causal) {
      long length = inputs.get(0).type().shape().get(1).constant();
      scores = builder.add(scores, builder.causalMask(query.type().elementType(), length));
    }
    Value probabilities = ofProbabilities.apply(builder.node(new Softmax(-1), scores));
    Value context = builder.node(new MatMul(), probabilities, value);
    Value merged = builder.node(new Transpose(List.of(0L, 2L, 1L, 3L)), context);
    Shape shape = inputs.get(0).type().shape().with(2, inputs.get(2).type().shape().get(2));
    return List.of(builder.reshape(merged, shape));
  }

  private Value split(GraphBuilder builder, Value x, List<Long> permutation) {
    Shape shape = x.type().shape();
    Shape headed =
        Shape.of(shape.get(0), shape.get(1), Dimension.of(heads), shape.get(2).dividedBy(heads));
    return builder.node(new Transpose(permutation), builder.reshape(x, headed));
  }
}
