package io.dopt.importer.family;

import io.dopt.importer.family.nn.ModuleBuilder;
import io.dopt.ir.Value;
import io.dopt.ir.operator.Pad;
import java.util.List;

/**
 * diffusers {@code models/downsampling.py} Downsample2D with its convolution of stride 2.
 *
 * @param channels output channels
 * @param padding 1, or 0 for one row below and one column to the right
 */
record Downsample2D(long channels, long padding) implements ImageModule {
  @Override
  public Value forward(ModuleBuilder nn, Value image, Conditioning conditioning) {
    Value padded =
        padding == 0
            ? nn.graph().node(new Pad(List.of(0L, 0L, 0L, 0L, 0L, 0L, 1L, 1L)), image)
            : image;
    return nn.conv2d("conv", padded, channels, 3, 2, padding);
  }
}
