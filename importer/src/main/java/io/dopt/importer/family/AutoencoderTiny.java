package io.dopt.importer.family;

import io.dopt.importer.family.nn.Activation;
import io.dopt.importer.family.nn.Config;
import io.dopt.importer.family.nn.ModuleBuilder;
import io.dopt.ir.Graph;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Value;
import io.dopt.ir.operator.Unary;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.Shape;
import java.util.List;

/**
 * diffusers {@code models/autoencoders/autoencoder_tiny.py} AutoencoderTiny (TAESD): graphs {@code
 * vae_encoder} (image to {@code latents}, also as {@code mean}) and {@code vae_decoder} of
 * docs/architecture.md.
 */
final class AutoencoderTiny implements FamilyBuilder {
  /** The decoder squeezes latents into (-3, 3), whatever latent_magnitude says. */
  private static final double LATENT_MAGNITUDE = 3;

  /** The pipeline's arithmetic, and what only the module's own 8-bit round trip uses. */
  private static final List<String> OF_THE_RUNTIME =
      List.of("scaling_factor", "shift_factor", "latent_magnitude", "latent_shift", "force_upcast");

  @Override
  public String className() {
    return "AutoencoderTiny";
  }

  @Override
  public List<Graph> build(Request request) {
    Config config = request.config();
    config.withoutEffect(OF_THE_RUNTIME);
    config.refuseUnless("upsample_fn", "nearest", "nearest");
    long latentChannels = config.positive("latent_channels", 4);
    String name = config.text("act_fn", "relu");
    Activation activation = Activation.ofDiffusers(config, "act_fn", name);
    Half encoder =
        Half.read(
            config, "encoder_block_out_channels", "num_encoder_blocks", List.of(1L, 3L, 3L, 3L));
    Half decoder =
        Half.read(
            config, "decoder_block_out_channels", "num_decoder_blocks", List.of(3L, 3L, 3L, 1L));
    // diffusers registers decoder_block_out_channels a second time under this name.
    List<Long> copy = config.positives("block_out_channels", decoder.allChannels());
    if (!copy.equals(decoder.allChannels())) {
      throw config.inconsistent(
          "the two must be equal", "block_out_channels", "decoder_block_out_channels");
    }
    return List.of(
        encoder(request, encoder, latentChannels, activation),
        decoder(request, decoder, latentChannels, activation));
  }

  private static Graph encoder(
      Request request, Half half, long latentChannels, Activation activation) {
    ModuleBuilder nn = new ModuleBuilder(request.component() + "_encoder", request.weights());
    GraphBuilder graph = nn.graph();
    int halvings = half.blocks().size() - 1;
    Shape shape =
        Shape.of(
            Symbols.batch(graph),
            Dimension.of(request.config().positive("in_channels", 3)),
            Symbols.pixels(graph, "height", halvings),
            Symbols.pixels(graph, "width", halvings));
    Value sample = graph.input("sample", ElementType.FLOAT32, shape);
    Value shifted = graph.add(sample, graph.scalar(ElementType.FLOAT32, 1));
    Value unit = graph.div(shifted, graph.scalar(ElementType.FLOAT32, 2));
    List<String> keys =
        List.of(half.channelsKey(), half.blocksKey(), "in_channels", "latent_channels");
    Value latents =
        nn.scope("encoder.layers", keys, () -> encode(nn, half, latentChannels, activation, unit));
    graph.output("latents", latents);
    // Callers of AutoencoderKL read the mean; here the latents are all there is to know.
    graph.output("mean", latents);
    return graph.build();
  }

  /** {@code vae.py} EncoderTiny. */
  private static Value encode(
      ModuleBuilder nn, Half half, long latentChannels, Activation activation, Value sample) {
    int layer = 0;
    Value image = sample;
    for (int stage = 0; stage < half.blocks().size(); stage++) {
      String name = Integer.toString(layer++);
      image =
          stage == 0
              ? nn.conv2d(name, image, half.channels(), 3, 1, 1)
              : nn.conv2dWithoutBias(name, image, half.channels(), 3, 2, 1);
      for (long i = 0; i < half.blocks().get(stage); i++) {
        image = block(nn, layer++, activation, image);
      }
    }
    return nn.conv2d(Integer.toString(layer), image, latentChannels, 3, 1, 1);
  }

  private static Graph decoder(
      Request request, Half half, long latentChannels, Activation activation) {
    Config config = request.config();
    ModuleBuilder nn = new ModuleBuilder(request.component() + "_decoder", request.weights());
    GraphBuilder graph = nn.graph();
    Shape shape =
        Shape.of(
            Symbols.batch(graph),
            Dimension.of(latentChannels),
            Symbols.latent(graph, "height", 1, 1),
            Symbols.latent(graph, "width", 1, 1));
    Value latent = graph.input("latent", ElementType.FLOAT32, shape);
    Value magnitude = graph.scalar(ElementType.FLOAT32, LATENT_MAGNITUDE);
    Value squeezed =
        graph.mul(graph.unary(Unary.Function.TANH, graph.div(latent, magnitude)), magnitude);
    long outChannels = config.positive("out_channels", 3);
    long factor = config.positive("upsampling_scaling_factor", 2);
    List<String> keys =
        List.of(half.channelsKey(), half.blocksKey(), "out_channels", "latent_channels");
    Value unit =
        nn.scope(
            "decoder.layers",
            keys,
            () -> decode(nn, half, outChannels, factor, activation, squeezed));
    Value doubled = graph.mul(unit, graph.scalar(ElementType.FLOAT32, 2));
    graph.output("sample", graph.sub(doubled, graph.scalar(ElementType.FLOAT32, 1)));
    return graph.build();
  }

  /** {@code vae.py} DecoderTiny; activation and upsampling count as layers. */
  private static Value decode(
      ModuleBuilder nn,
      Half half,
      long outChannels,
      long factor,
      Activation activation,
      Value latent) {
    Value image = nn.conv2d("0", latent, half.channels(), 3, 1, 1);
    image = activation.apply(nn.graph(), image);
    int layer = 2;
    for (int stage = 0; stage < half.blocks().size(); stage++) {
      for (long i = 0; i < half.blocks().get(stage); i++) {
        image = block(nn, layer++, activation, image);
      }
      if (stage < half.blocks().size() - 1) {
        image = Upsample2D.repeat(nn, image, factor);
        layer++;
        image = nn.conv2dWithoutBias(Integer.toString(layer++), image, half.channels(), 3, 1, 1);
      }
    }
    return nn.conv2d(Integer.toString(layer), image, outChannels, 3, 1, 1);
  }

  /** {@code unet_2d_blocks.py} AutoencoderTinyBlock of equal input and output channels. */
  private static Value block(ModuleBuilder nn, int layer, Activation activation, Value image) {
    long channels = image.type().shape().get(1).constant();
    return nn.scope(
        Integer.toString(layer),
        () -> {
          Value hidden = image;
          for (int index : List.of(0, 2)) {
            hidden = nn.conv2d("conv." + index, hidden, channels, 3, 1, 1);
            hidden = activation.apply(nn.graph(), hidden);
          }
          hidden = nn.conv2d("conv.4", hidden, channels, 3, 1, 1);
          return nn.graph().unary(Unary.Function.RELU, nn.graph().add(hidden, image));
        });
  }

  /**
   * Encoder or decoder.
   *
   * @param channels channels of every stage
   * @param blocks number of residual blocks per stage
   */
  private record Half(String channelsKey, String blocksKey, long channels, List<Long> blocks) {
    static Half read(Config config, String channelsKey, String blocksKey, List<Long> byDefault) {
      List<Long> blocks =
          config
              .value(blocksKey)
              .map(node -> config.list(blocksKey, node, item -> config.integer(blocksKey, item, 0)))
              .orElse(byDefault);
      List<Long> channels = config.positives(channelsKey, List.of(64L, 64L, 64L, 64L));
      Symbols.requireFewLevels(config, blocksKey, blocks.size());
      boolean equal = channels.stream().distinct().count() == 1;
      if (channels.size() != blocks.size() || !equal) {
        throw config.inconsistent(
            "all stages must be there and have the same channels", channelsKey, blocksKey);
      }
      return new Half(channelsKey, blocksKey, channels.get(0), blocks);
    }

    List<Long> allChannels() {
      return java.util.Collections.nCopies(blocks.size(), channels);
    }
  }
}
