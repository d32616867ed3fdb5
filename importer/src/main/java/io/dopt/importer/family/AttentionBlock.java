package io.dopt.importer.family;

import io.dopt.importer.family.nn.ModuleBuilder;
import io.dopt.ir.Value;
import java.util.Optional;

/**
 * Self-attention over pixels with group norm and residual: diffusers' Attention as its deprecated
 * AttentionBlock, in VAEs and AttnDownBlock2D.
 *
 * @param headDim width of a head; the channels make as many heads as fit
 * @param groups groups of the norm
 * @param epsilon epsilon of the norm
 * @param outputScaleFactor what the output is divided by
 */
record AttentionBlock(long headDim, long groups, double epsilon, double outputScaleFactor)
    implements ImageModule {
  @Override
  public Value forward(ModuleBuilder nn, Value image, Conditioning conditioning) {
    long heads = image.type().shape().get(1).constant() / headDim;
    Value normalized = nn.groupNorm("group_norm", image, groups, epsilon, Optional.empty());
    Value tokens = Tokens.ofImage(nn, normalized);
    Value attended = new Attention(heads, headDim, true).forward(nn, tokens, tokens);
    Value sum = nn.graph().add(Tokens.toImage(nn, attended, image), image);
    return ResnetBlock2D.dividedBy(nn.graph(), sum, outputScaleFactor);
  }
}
