package io.dopt.importer.family;

import io.dopt.importer.family.nn.ModuleBuilder;
import io.dopt.ir.Value;
import io.dopt.ir.operator.Concat;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The ascending blocks of diffusers {@code unet_2d_blocks.py}, which differ in their parts only:
 * UpBlock2D, CrossAttnUpBlock2D, AttnUpBlock2D, ResnetUpsampleBlock2D, UpDecoderBlock2D.
 *
 * @param resnets residual blocks
 * @param attentions one behind every residual block, or none
 * @param upsampler what doubles the size at the end
 */
record UpBlock2D(
    List<ResnetBlock2D> resnets,
    List<? extends ImageModule> attentions,
    Optional<ImageModule> upsampler) {

  /** Joins the last of {@code skips}, taken off it, to the input of every residual block. */
  Value forward(ModuleBuilder nn, Value image, Conditioning conditioning, Deque<Value> skips) {
    Value hidden = image;
    for (int i = 0; i < resnets.size(); i++) {
      hidden = nn.graph().node(new Concat(1), hidden, skips.removeLast());
      hidden = DownBlock2D.run(nn, "resnets." + i, resnets.get(i), hidden, conditioning);
      if (!attentions.isEmpty()) {
        hidden = DownBlock2D.run(nn, "attentions." + i, attentions.get(i), hidden, conditioning);
      }
    }
    return upsample(nn, hidden, conditioning);
  }

  /** As the decoder of a VAE has it, without skip connections. */
  Value forward(ModuleBuilder nn, Value image) {
    Value hidden = image;
    for (int i = 0; i < resnets.size(); i++) {
      hidden = DownBlock2D.run(nn, "resnets." + i, resnets.get(i), hidden, Conditioning.none());
    }
    return upsample(nn, hidden, Conditioning.none());
  }

  private Value upsample(ModuleBuilder nn, Value image, Conditioning conditioning) {
    return upsampler.isPresent()
        ? DownBlock2D.run(nn, "upsamplers.0", upsampler.get(), image, conditioning)
        : image;
  }
}
