package io.dopt.importer.family;

import io.dopt.importer.family.nn.ModuleBuilder;
import io.dopt.ir.Value;
import io.dopt.ir.operator.Resize;
import java.util.List;

/**
 * diffusers {@code models/upsampling.py} Upsample2D with its convolution: every pixel doubled, then
 * smoothed.
 *
 * @param channels output channels
 */
record Upsample2D(long channels) implements ImageModule {
  @Override
  public Value forward(ModuleBuilder nn, Value image, Conditioning conditioning) {
    return nn.conv2d("conv", repeat(nn, image, 2), channels, 3, 1, 1);
  }

  /** Nearest-neighbour enlargement by a whole factor. */
  static Value repeat(ModuleBuilder nn, Value image, long factor) {
    return nn.graph().node(new Resize(List.of(1L, 1L, factor, factor)), image);
  }
}
