package io.dopt.importer.family;

import io.dopt.importer.family.nn.Activation;
import io.dopt.importer.family.nn.Config;
import io.dopt.importer.family.nn.ModuleBuilder;
import io.dopt.ir.Graph;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Value;
import io.dopt.ir.operator.Clip;
import io.dopt.ir.operator.Split;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.Shape;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * diffusers {@code models/autoencoders/autoencoder_kl.py} AutoencoderKL: graphs {@code vae_encoder}
 * (image to mean and clamped logarithm of variance) and {@code vae_decoder} of
 * docs/architecture.md.
 */
final class AutoencoderKL implements FamilyBuilder {
  /** What DiagonalGaussianDistribution clamps logvar to. */
  private static final double SMALLEST_LOGVAR = -30;

  private static final double LARGEST_LOGVAR = 20;
  private static final double EPSILON = 1e-6;

  /** The pipeline's arithmetic around the networks; float32 needs no upcast. */
  private static final List<String> OF_THE_RUNTIME =
      List.of(
          "sample_size",
          "scaling_factor",
          "shift_factor",
          "latents_mean",
          "latents_std",
          "force_upcast");

  private static final List<String> BLOCK_KEYS =
      List.of("block_out_channels", "layers_per_block", "mid_block_add_attention");

  private static final Pattern ATTENTION =
      Pattern.compile("(.*\\.mid_block\\.attentions\\.\\d+)\\.(to_q|to_k|to_v|to_out\\.0)\\.(.*)");

  private static final Map<String, String> LEGACY_ATTENTION =
      Map.of("to_q", "query", "to_k", "key", "to_v", "value", "to_out.0", "proj_attn");

  @Override
  public String className() {
    return "AutoencoderKL";
  }

  @Override
  public List<Graph> build(Request request) {
    Config config = request.config();
    config.withoutEffect(OF_THE_RUNTIME);
    Settings settings = Settings.read(config);
    return List.of(encoder(request, settings), decoder(request, settings));
  }

  private static ModuleBuilder modules(Request request, String suffix) {
    return new ModuleBuilder(
        request.component() + suffix, request.weights(), AutoencoderKL::legacyName);
  }

  /** Attention names before diffusers 0.14 (_convert_deprecated_attention_blocks). */
  private static String legacyName(String name) {
    Matcher matcher = ATTENTION.matcher(name);
    return matcher.matches()
        ? String.join(
            ".", matcher.group(1), LEGACY_ATTENTION.get(matcher.group(2)), matcher.group(3))
        : name;
  }

  private Graph encoder(Request request, Settings settings) {
    ModuleBuilder nn = modules(request, "_encoder");
    GraphBuilder graph = nn.graph();
    Shape shape =
        Shape.of(
            Symbols.batch(graph),
            Dimension.of(settings.inChannels()),
            Symbols.pixels(graph, "height", settings.halvings()),
            Symbols.pixels(graph, "width", settings.halvings()));
    Value sample = graph.input("sample", ElementType.FLOAT32, shape);
    Value encoded = nn.scope("encoder", BLOCK_KEYS, () -> encode(nn, settings, sample));
    long moments = 2 * settings.latentChannels();
    if (settings.quantConv()) {
      encoded = convolve(nn, "quant_conv", encoded, moments, 1);
    }
    List<Value> halves =
        graph.nodes(
            new Split(1, List.of(settings.latentChannels(), settings.latentChannels())), encoded);
    graph.output("mean", halves.get(0));
    graph.output("logvar", graph.node(new Clip(SMALLEST_LOGVAR, LARGEST_LOGVAR), halves.get(1)));
    return graph.build();
  }

  /** {@code vae.py} Encoder with double_z. */
  private Value encode(ModuleBuilder nn, Settings settings, Value sample) {
    List<Long> channels = settings.channels();
    int levels = channels.size();
    Value image = convolve(nn, "conv_in", sample, channels.get(0), 3);
    for (int level = 0; level < levels; level++) {
      Optional<ImageModule> downsampler = Optional.of(new Downsample2D(channels.get(level), 0));
      DownBlock2D block =
          new DownBlock2D(
              settings.resnets(level, settings.layers()),
              List.of(),
              level < levels - 1 ? downsampler : Optional.empty());
      Value x = image;
      image =
          nn.scope(
              "down_blocks." + level,
              () -> block.forward(nn, x, Conditioning.none(), skipped -> {}));
    }
    image = DownBlock2D.run(nn, "mid_block", settings.mid(), image, Conditioning.none());
    return normAndConvOut(nn, settings, image, 2 * settings.latentChannels());
  }

  private Graph decoder(Request request, Settings settings) {
    ModuleBuilder nn = modules(request, "_decoder");
    GraphBuilder graph = nn.graph();
    Shape shape =
        Shape.of(
            Symbols.batch(graph),
            Dimension.of(settings.latentChannels()),
            Symbols.latent(graph, "height", 1, 1),
            Symbols.latent(graph, "width", 1, 1));
    Value latent = graph.input("latent", ElementType.FLOAT32, shape);
    Value input =
        settings.postQuantConv()
            ? convolve(nn, "post_quant_conv", latent, settings.latentChannels(), 1)
            : latent;
    graph.output("sample", nn.scope("decoder", BLOCK_KEYS, () -> decode(nn, settings, input)));
    return graph.build();
  }

  /** {@code vae.py} Decoder with group norm. */
  private Value decode(ModuleBuilder nn, Settings settings, Value latent) {
    List<Long> channels = settings.channels();
    int levels = channels.size();
    Value image = convolve(nn, "conv_in", latent, channels.get(levels - 1), 3);
    image = DownBlock2D.run(nn, "mid_block", settings.mid(), image, Conditioning.none());
    for (int level = levels - 1; level >= 0; level--) {
      Optional<Upsampler> upsampler = Optional.of(new Upsample2D(channels.get(level)));
      UpBlock2D block =
          new UpBlock2D(
              settings.resnets(level, settings.layers() + 1),
              List.of(),
              level > 0 ? upsampler : Optional.empty());
      Value x = image;
      image = nn.scope("up_blocks." + (levels - 1 - level), () -> block.forward(nn, x));
    }
    return normAndConvOut(nn, settings, image, settings.outChannels());
  }

  /** The last activation is SiLU whatever act_fn says. */
  private static Value normAndConvOut(
      ModuleBuilder nn, Settings settings, Value image, long channels) {
    Value normalized =
        nn.groupNorm(
            "conv_norm_out",
            image,
            settings.resnet().groups(),
            EPSILON,
            Optional.of(Activation.SILU));
    return convolve(nn, "conv_out", normalized, channels, 3);
  }

  private static Value convolve(
      ModuleBuilder nn, String name, Value image, long channels, long kernel) {
    return nn.impliedBy(
        List.of("in_channels", "out_channels", "latent_channels", "block_out_channels"),
        () -> nn.conv2d(name, image, channels, kernel, 1, kernel / 2));
  }

  /** The configuration. */
  private record Settings(
      long inChannels,
      long outChannels,
      long latentChannels,
      List<Long> channels,
      int layers,
      ResnetSettings resnet,
      boolean quantConv,
      boolean postQuantConv,
      boolean midAttention) {

    static Settings read(Config config) {
      List<Long> channels = config.positives("block_out_channels", List.of(64L));
      Symbols.requireFewLevels(config, "block_out_channels", channels.size());
      requireBlocks(config, "down_block_types", "DownEncoderBlock2D", channels.size());
      requireBlocks(config, "up_block_types", "UpDecoderBlock2D", channels.size());
      String activation = config.text("act_fn", "silu");
      return new Settings(
          config.positive("in_channels", 3),
          config.positive("out_channels", 3),
          config.positive("latent_channels", 4),
          channels,
          (int) config.positive("layers_per_block", 1),
          new ResnetSettings(
              Activation.ofDiffusers(config, "act_fn", activation),
              ResnetSettings.readGroups(config, channels),
              EPSILON,
              false,
              false,
              1),
          config.flag("use_quant_conv", true),
          config.flag("use_post_quant_conv", true),
          config.flag("mid_block_add_attention", true));
    }

    private static void requireBlocks(Config config, String key, String type, int count) {
      List<String> types = config.texts(key, List.of(type));
      if (!types.stream().allMatch(type::equals)) {
        throw config.unsupported(key, type + " only");
      }
      if (types.size() != count) {
        throw config.inconsistent(
            "the number of blocks differs from the number of levels", key, "block_out_channels");
      }
    }

    int halvings() {
      return channels.size() - 1;
    }

    List<ResnetBlock2D> resnets(int level, int count) {
      return Collections.nCopies(count, ResnetBlock2D.of(channels.get(level), resnet));
    }

    /** One head as wide as the image is deep. */
    UNetMidBlock2D mid() {
      long deepest = channels.get(channels.size() - 1);
      AttentionBlock attention = new AttentionBlock(deepest, resnet.groups(), EPSILON, 1);
      return new UNetMidBlock2D(
          ResnetBlock2D.of(deepest, resnet),
          1,
          Optional.of(attention).filter(module -> midAttention));
    }
  }
}
