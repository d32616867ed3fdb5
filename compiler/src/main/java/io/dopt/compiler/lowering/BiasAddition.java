package io.dopt.compiler.lowering;

import io.dopt.ir.Node;
import io.dopt.ir.Value;
import io.dopt.ir.operator.Binary;
import java.util.Optional;

/** The addition of a constant vector [N] behind a linear layer, which kernels do on the way. */
final class BiasAddition {
  private BiasAddition() {}

  /** The addition, when nothing else reads the product. */
  static Optional<Node> of(Node product, LoweringContext context) {
    return context.soleReader(product.output()).filter(reader -> adds(reader, product, context));
  }

  private static boolean adds(Node reader, Node product, LoweringContext context) {
    if (!(reader.operator() instanceof Binary binary) || binary.function() != Binary.Function.ADD) {
      return false;
    }
    Value bias = bias(reader, product);
    return context.isWeight(bias)
        && bias.type().shape().rank() == 1
        && bias.type().shape().get(0).equals(product.output().type().shape().get(-1));
  }

  /** What is added. */
  static Value bias(Node addition, Node product) {
    Value left = addition.inputs().get(0);
    return left.equals(product.output()) ? addition.inputs().get(1) : left;
  }
}
