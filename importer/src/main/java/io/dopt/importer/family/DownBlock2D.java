package io.dopt.importer.family;

import io.dopt.importer.family.nn.ModuleBuilder;
import io.dopt.ir.Value;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The descending blocks of diffusers {@code unet_2d_blocks.py}, which differ in their parts only:
 * DownBlock2D, CrossAttnDownBlock2D, AttnDownBlock2D, ResnetDownsampleBlock2D, DownEncoderBlock2D.
 *
 * @param resnets residual blocks
 * @param attentions one behind every residual block, or none
 * @param downsampler what halves the size at the end
 */
record DownBlock2D(
    List<ResnetBlock2D> resnets,
    List<? extends ImageModule> attentions,
    Optional<ImageModule> downsampler) {

  /** Hands every intermediate image to {@code skips}, in order. */
  Value forward(ModuleBuilder nn, Value image, Conditioning conditioning, Consumer<Value> skips) {
    Value hidden = image;
    for (int i = 0; i < resnets.size(); i++) {
      hidden = run(nn, "resnets." + i, resnets.get(i), hidden, conditioning);
      if (!attentions.isEmpty()) {
        hidden = run(nn, "attentions." + i, attentions.get(i), hidden, conditioning);
      }
      skips.accept(hidden);
    }
    if (downsampler.isPresent()) {
      hidden = run(nn, "downsamplers.0", downsampler.get(), hidden, conditioning);
      skips.accept(hidden);
    }
    return hidden;
  }

  static Value run(
      ModuleBuilder nn, String name, ImageModule module, Value image, Conditioning conditioning) {
    return nn.scope(name, () -> module.forward(nn, image, conditioning));
  }
}
