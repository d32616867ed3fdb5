package io.dopt.importer.family;

import io.dopt.importer.family.nn.ModuleBuilder;
import io.dopt.ir.Value;
import io.dopt.ir.operator.Concat;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.Shape;
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
    Optional<Upsampler> upsampler) {

  /**
   * Joins the last of {@code skips}, taken off it, to the input of every residual block, and
   * enlarges to the size of the next: where a size was odd on the way down, that is not twice.
   */
  Value forward(ModuleBuilder nn, Value image, Conditioning conditioning, Deque<Value> skips) {
    Value hidden = image;
    for (int i = 0; i < resnets.size(); i++) {
      hidden = nn.graph().node(new Concat(1), hidden, skips.removeLast());
      hidden = DownBlock2D.run(nn, "resnets." + i, resnets.get(i), hidden, conditioning);
      if (!attentions.isEmpty()) {
        hidden = DownBlock2D.run(nn, "attentions." + i, attentions.get(i), hidden, conditioning);
      }
    }
    if (upsampler.isEmpty()) {
      return hidden;
    }
    Shape size = skips.getLast().type().shape();
    return upsample(nn, hidden, conditioning, size.get(2), size.get(3));
  }

  /** As the decoder of a VAE has it: no skip connections, twice the size. */
  Value forward(ModuleBuilder nn, Value image) {
    Value hidden = image;
    for (int i = 0; i < resnets.size(); i++) {
      hidden = DownBlock2D.run(nn, "resnets." + i, resnets.get(i), hidden, Conditioning.none());
    }
    if (upsampler.isEmpty()) {
      return hidden;
    }
    Shape size = hidden.type().shape();
    return upsample(nn, hidden, Conditioning.none(), size.get(2).times(2), size.get(3).times(2));
  }

  private Value upsample(
      ModuleBuilder nn, Value image, Conditioning conditioning, Dimension height, Dimension width) {
    return nn.scope(
        "upsamplers.0",
        () -> upsampler.orElseThrow().forward(nn, image, conditioning, height, width));
  }
}
