package io.dopt.importer.family;

import io.dopt.importer.family.nn.ModuleBuilder;
import io.dopt.ir.Value;
import java.util.Optional;

/**
 * diffusers {@code models/transformers/transformer_2d.py} Transformer2DModel on continuous images.
 *
 * @param heads number of heads
 * @param layers number of transformer blocks
 * @param groups groups of the norm
 * @param linearProjection whether the projections come after flattening to tokens
 * @param onlyCrossAttention handed to the transformer blocks
 */
record Transformer2DModel(
    long heads, long layers, long groups, boolean linearProjection, boolean onlyCrossAttention)
    implements ImageModule {
  private static final double EPSILON = 1e-6;

  @Override
  public Value forward(ModuleBuilder nn, Value image, Conditioning conditioning) {
    long channels = image.type().shape().get(1).constant();
    long headDim = channels / heads;
    Value text = conditioning.encoderHiddenStates().orElseThrow();
    Value tokens = projectIn(nn, image, heads * headDim);
    BasicTransformerBlock block = new BasicTransformerBlock(heads, headDim, onlyCrossAttention);
    for (long i = 0; i < layers; i++) {
      Value input = tokens;
      tokens = nn.scope("transformer_blocks." + i, () -> block.forward(nn, input, text));
    }
    return nn.graph().add(projectOut(nn, tokens, image, channels), image);
  }

  private Value projectIn(ModuleBuilder nn, Value image, long width) {
    Value normalized = nn.groupNorm("norm", image, groups, EPSILON, Optional.empty());
    return linearProjection
        ? nn.linear("proj_in", Tokens.ofImage(nn, normalized), width)
        : Tokens.ofImage(nn, nn.conv2d("proj_in", normalized, width, 1, 1, 0));
  }

  private Value projectOut(ModuleBuilder nn, Value tokens, Value image, long channels) {
    return linearProjection
        ? Tokens.toImage(nn, nn.linear("proj_out", tokens, channels), image)
        : nn.conv2d("proj_out", Tokens.toImage(nn, tokens, image), channels, 1, 1, 0);
  }
}
