package io.dopt.importer.family;

import io.dopt.importer.family.nn.ModuleBuilder;
import io.dopt.ir.Value;
import java.util.Optional;

/**
 * The middle blocks of diffusers {@code unet_2d_blocks.py}: UNetMidBlock2D and
 * UNetMidBlock2DCrossAttn.
 *
 * @param resnet every residual block
 * @param layers how many of them follow the first
 * @param attention what comes before each that follows
 */
record UNetMidBlock2D(ResnetBlock2D resnet, int layers, Optional<? extends ImageModule> attention)
    implements ImageModule {
  @Override
  public Value forward(ModuleBuilder nn, Value image, Conditioning conditioning) {
    Value hidden = DownBlock2D.run(nn, "resnets.0", resnet, image, conditioning);
    for (int i = 0; i < layers; i++) {
      if (attention.isPresent()) {
        hidden = DownBlock2D.run(nn, "attentions." + i, attention.get(), hidden, conditioning);
      }
      hidden = DownBlock2D.run(nn, "resnets." + (i + 1), resnet, hidden, conditioning);
    }
    return hidden;
  }
}
