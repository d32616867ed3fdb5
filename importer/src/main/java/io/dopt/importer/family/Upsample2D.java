package io.dopt.importer.family;

import io.dopt.importer.family.nn.ModuleBuilder;
import io.dopt.ir.Value;
import io.dopt.ir.operator.Resize;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.Shape;

/**
 * diffusers {@code models/upsampling.py} Upsample2D with its convolution: pixels repeated, then
 * smoothed.
 *
 * @param channels output channels
 */
record Upsample2D(long channels) implements Upsampler {
  @Override
  public Value forward(
      ModuleBuilder nn, Value image, Conditioning conditioning, Dimension height, Dimension width) {
    Shape shape = image.type().shape().with(2, height).with(3, width);
    Value enlarged = nn.graph().node(new Resize(shape), image);
    return nn.conv2d("conv", enlarged, channels, 3, 1, 1);
  }

  /** Every pixel repeated {@code factor} times along both axes. */
  static Value repeat(ModuleBuilder nn, Value image, long factor) {
    Shape shape = image.type().shape();
    Shape enlarged = shape.with(2, shape.get(2).times(factor)).with(3, shape.get(3).times(factor));
    return nn.graph().node(new Resize(enlarged), image);
  }
}
