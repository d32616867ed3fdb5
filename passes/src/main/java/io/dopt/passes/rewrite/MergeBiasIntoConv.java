package io.dopt.passes.rewrite;

import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Node;
import io.dopt.ir.Value;
import io.dopt.ir.Weight;
import io.dopt.ir.operator.Binary;
import io.dopt.ir.operator.Conv;
import io.dopt.passes.GraphView;
import io.dopt.passes.Rewrite;
import io.dopt.passes.Stage;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.LazyTensors;
import io.dopt.tensor.Shape;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Gives a convolution the constant that is added to it as its bias.
 *
 * <pre>{@code
 * %a = Conv(%x, %weight)                       %b = Conv(%x, %weight, %c)
 * %b = Add(%a, %c)    // %c : [8, 1, 1]   ->       // %c : [8]
 * }</pre>
 *
 * Does not fire when the convolution has a bias already or another reader, or when the constant is
 * not one number per channel.
 */
public final class MergeBiasIntoConv extends Rewrite<MergeBiasIntoConv.Match> {
  record Match(Node add, Node conv, Weight bias) {}

  public MergeBiasIntoConv() {
    super(Set.of(Stage.CONSTANTS_FOLDED, Stage.WEIGHTS_ARRANGED), Set.of(Stage.BIASES_MERGED));
  }

  @Override
  protected Optional<Match> match(Node node, GraphView view) {
    if (!node.operator().equals(new Binary(Binary.Function.ADD))) {
      return Optional.empty();
    }
    Value left = node.inputs().get(0);
    Value right = node.inputs().get(1);
    return match(node, left, right, view).or(() -> match(node, right, left, view));
  }

  private static Optional<Match> match(Node add, Value product, Value constant, GraphView view) {
    Optional<Node> conv = view.producerOf(product).filter(node -> node.operator() instanceof Conv);
    return conv.flatMap(
        node -> view.weightOf(constant).map(weight -> new Match(add, node, weight)));
  }

  @Override
  protected Optional<String> obstacle(Match match, GraphView view) {
    Value product = match.conv().output();
    if (match.conv().inputs().size() == 3) {
      return Optional.of("the convolution has a bias already");
    }
    if (view.readersOf(product) > 1) {
      return Optional.of("the convolution has another reader");
    }
    Shape constant = match.bias().value().type().shape();
    Shape channels = channelShape(product.type().shape(), constant.rank());
    if (!constant.equals(channels)) {
      return Optional.of("the constant " + constant + " is not one number per channel");
    }
    return Optional.empty();
  }

  /** [1, C, 1, ...] cut from the left to {@code rank} axes, as far as the channels are in it. */
  private static Shape channelShape(Shape product, int rank) {
    Shape full =
        new Shape(Collections.nCopies(product.rank(), Dimension.of(1))).with(1, product.get(1));
    int cut = rank == product.rank() - 1 ? 1 : 0;
    return new Shape(full.dimensions().subList(cut, full.rank()));
  }

  @Override
  protected List<Value> replace(Match match, GraphBuilder builder) {
    Value x = match.conv().inputs().get(0);
    Value weight = match.conv().inputs().get(1);
    long channels = weight.type().shape().get(0).constant();
    Value bias =
        builder.weight(
            match.bias().value().name() + ".bias",
            LazyTensors.reshape(match.bias().data(), List.of(channels)));
    return List.of(builder.node(match.conv().operator(), x, weight, bias));
  }
}
