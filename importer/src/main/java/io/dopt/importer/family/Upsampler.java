package io.dopt.importer.family;

import io.dopt.importer.family.nn.ModuleBuilder;
import io.dopt.ir.Value;
import io.dopt.tensor.Dimension;

/** A module that enlarges an image [N, C, h, w] to a given size, about twice its own. */
interface Upsampler {
  /** Adds the module's nodes in the open scope. */
  Value forward(
      ModuleBuilder nn, Value image, Conditioning conditioning, Dimension height, Dimension width);
}
