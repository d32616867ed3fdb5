package io.dopt.importer.family;

import io.dopt.importer.family.nn.ModuleBuilder;
import io.dopt.ir.Value;
import io.dopt.tensor.Shape;

/** Pixels as a sequence and back. */
final class Tokens {
  private Tokens() {}

  /** [N, C, H, W] -> [N, H*W, C]. */
  static Value ofImage(ModuleBuilder nn, Value image) {
    Shape shape = image.type().shape();
    Shape flat = Shape.of(shape.get(0), shape.get(1), shape.get(2).times(shape.get(3)));
    return nn.graph().transpose(nn.graph().reshape(image, flat), 0, 2, 1);
  }

  /** [N, H*W, C] -> [N, C, H, W] with the N, H and W of {@code like}. */
  static Value toImage(ModuleBuilder nn, Value tokens, Value like) {
    Shape shape = like.type().shape().with(1, tokens.type().shape().get(2));
    return nn.graph().reshape(nn.graph().transpose(tokens, 0, 2, 1), shape);
  }
}
