package io.dopt.passes.rewrite;

import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Node;
import io.dopt.ir.Value;
import io.dopt.ir.Weight;
import io.dopt.ir.operator.Binary;
import io.dopt.ir.operator.Geglu;
import io.dopt.ir.operator.Gelu;
import io.dopt.ir.operator.MatMul;
import io.dopt.passes.GraphView;
import io.dopt.passes.Rewrite;
import io.dopt.passes.Stage;
import io.dopt.tensor.LazyTensor;
import io.dopt.tensor.LazyTensors;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Projects the two halves that a GEGLU wants separately: splitting the weight costs nothing, and
 * splitting the product, the largest activation of a transformer block, is a copy of all of it.
 *
 * <pre>{@code
 * %p = MatMul(%x, %w)     // [K, 2C]         %a = Add(MatMul(%x, %w[:, :C]), %b[:C])
 * %q = Add(%p, %b)                      ->   %g = Add(MatMul(%x, %w[:, C:]), %b[C:])
 * %y = Geglu(%q)                             %y = Mul(%a, Gelu(%g))
 * }</pre>
 *
 * Does not fire when the projection has no constant weight [K, 2C] and bias [2C], or another
 * reader.
 */
public final class SplitGegluProjection extends Rewrite<SplitGegluProjection.Match> {
  record Match(Node product, Node sum, Weight weight, Weight bias) {}

  public SplitGegluProjection() {
    super(Set.of(Stage.WEIGHTS_ARRANGED), Set.of(Stage.GATES_SPLIT));
  }

  @Override
  protected Optional<Match> match(Node node, GraphView view) {
    if (!(node.operator() instanceof Geglu)) {
      return Optional.empty();
    }
    Optional<Node> sum =
        view.producerOf(node.inputs().get(0))
            .filter(add -> add.operator().equals(new Binary(Binary.Function.ADD)));
    return sum.flatMap(add -> match(add, 0, view).or(() -> match(add, 1, view)));
  }

  private static Optional<Match> match(Node add, int productAt, GraphView view) {
    Optional<Weight> bias = view.weightOf(add.inputs().get(1 - productAt));
    Optional<Node> product =
        view.producerOf(add.inputs().get(productAt))
            .filter(node -> node.operator() instanceof MatMul);
    return bias.flatMap(
        constant ->
            product.flatMap(
                node ->
                    view.weightOf(node.inputs().get(1))
                        .map(weight -> new Match(node, add, weight, constant))));
  }

  @Override
  protected Optional<String> obstacle(Match match, GraphView view) {
    if (view.readersOf(match.product().output()) > 1 || view.readersOf(match.sum().output()) > 1) {
      return Optional.of("the projection has another reader");
    }
    List<Long> weight = match.weight().data().shape();
    List<Long> bias = match.bias().data().shape();
    return weight.size() == 2 && bias.equals(weight.subList(1, 2))
        ? Optional.empty()
        : Optional.of("weight " + weight + " and bias " + bias + " are not [K, 2C] and [2C]");
  }

  @Override
  protected List<Value> replace(Match match, GraphBuilder builder) {
    long width = match.bias().data().elementCount() / 2;
    Value hidden;
    Value gate;
    try (GraphBuilder.Scope scope = builder.scope("proj")) {
      hidden = half(match, builder, "hidden", 0, width);
      gate = half(match, builder, "gate", width, 2 * width);
    }
    return List.of(builder.mul(hidden, builder.node(new Gelu(false), gate)));
  }

  private static Value half(Match match, GraphBuilder builder, String name, long begin, long end) {
    try (GraphBuilder.Scope scope = builder.scope(name)) {
      Value weight = part(builder, match.weight(), name, 1, begin, end);
      Value bias = part(builder, match.bias(), name, 0, begin, end);
      return builder.add(builder.matMul(match.product().inputs().get(0), weight), bias);
    }
  }

  private static Value part(
      GraphBuilder builder, Weight weight, String name, int axis, long begin, long end) {
    LazyTensor data = LazyTensors.slice(weight.data(), axis, begin, end);
    return builder.weight(weight.value().name() + "." + name, data);
  }
}
