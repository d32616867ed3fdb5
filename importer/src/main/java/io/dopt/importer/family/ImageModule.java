package io.dopt.importer.family;

import io.dopt.importer.family.nn.ModuleBuilder;
import io.dopt.ir.Value;

/** A module that takes an image [N, C, H, W] to another. */
interface ImageModule {
  /** Adds the module's nodes in the open scope. */
  Value forward(ModuleBuilder nn, Value image, Conditioning conditioning);
}
