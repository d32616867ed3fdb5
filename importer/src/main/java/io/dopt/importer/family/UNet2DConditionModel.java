package io.dopt.importer.family;

import io.dopt.importer.family.nn.Activation;
import io.dopt.importer.family.nn.Config;
import io.dopt.importer.family.nn.ModuleBuilder;
import io.dopt.ir.Graph;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Value;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.Shape;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * diffusers {@code models/unets/unet_2d_condition.py} UNet2DConditionModel: the denoiser of Stable
 * Diffusion 1.x, 2.x and XL. Its graph has the signature of {@code unet} in docs/architecture.md.
 */
final class UNet2DConditionModel implements FamilyBuilder {
  private static final List<String> BLOCK_KEYS =
      List.of(
          "block_out_channels",
          "layers_per_block",
          "cross_attention_dim",
          "attention_head_dim",
          "time_embedding_dim");

  /** Sizes for the runtime; dropout, which acts in training; float32 needs no upcast. */
  private static final List<String> WITHOUT_EFFECT =
      List.of("sample_size", "dropout", "upcast_attention");

  /** Keys that only block types dopt refuses look at. */
  private static final List<String> OF_REFUSED_BLOCKS = List.of("mid_block_only_cross_attention");

  @Override
  public String className() {
    return "UNet2DConditionModel";
  }

  @Override
  public List<Graph> build(Request request) {
    Config config = request.config();
    config.withoutEffect(WITHOUT_EFFECT);
    config.withoutEffect(OF_REFUSED_BLOCKS);
    config.refuseUnless("dual_cross_attention", false, "false");
    config.refuseUnless("attention_type", "default", "default (GLIGEN is not)");
    config.refuseUnless("cross_attention_norm", "null", "null");
    String activationName = config.text("act_fn", "silu");
    Activation activation = Activation.ofDiffusers(config, "act_fn", activationName);
    UNetLevels levels = UNetLevels.read(config);
    ResnetSettings resnet = resnetSettings(config, levels.channels(), activation);
    UNetBlocks blocks = new UNetBlocks(config, levels, resnet);
    TimeConditioning time = TimeConditioning.read(config, levels.channels().get(0), activation);

    ModuleBuilder nn = new ModuleBuilder(request.component(), request.weights());
    GraphBuilder graph = nn.graph();
    Dimension batch = Symbols.batch(graph);
    Dimension height = latentSide(graph, "height", levels, blocks);
    Dimension width = latentSide(graph, "width", levels, blocks);
    Dimension channels = Dimension.of(config.positive("in_channels", 4));
    Value sample =
        graph.input("sample", ElementType.FLOAT32, Shape.of(batch, channels, height, width));
    Value timestep = graph.input("timestep", ElementType.FLOAT32, new Shape(List.of()));
    long textWidth = textWidth(config, levels, blocks);
    Optional<Long> hiddenWidth = hiddenWidth(config);
    Value text =
        graph.input(
            "encoder_hidden_states",
            ElementType.FLOAT32,
            Shape.of(batch, Symbols.sequence(graph), Dimension.of(hiddenWidth.orElse(textWidth))));

    if (config.flag("center_input_sample", false)) {
      Value doubled = graph.mul(sample, graph.scalar(ElementType.FLOAT32, 2));
      sample = graph.sub(doubled, graph.scalar(ElementType.FLOAT32, 1));
    }
    Value temb = time.forward(nn, batch, timestep, text);
    if (hiddenWidth.isPresent()) {
      text = projectText(nn, text, textWidth);
    }
    Conditioning conditioning = new Conditioning(Optional.of(temb), Optional.of(text));
    Value image = convIn(nn, config, sample, levels.channels().get(0));
    image = descendAndAscend(nn, levels, blocks, image, conditioning);
    graph.output("sample", convOut(nn, config, resnet, image));
    return List.of(graph.build());
  }

  private static Dimension latentSide(
      GraphBuilder graph, String name, UNetLevels levels, UNetBlocks blocks) {
    long smallest = 1L << (levels.count() - 1);
    return Symbols.latent(graph, name, smallest, blocks.halvesExactly() ? smallest : 1);
  }

  private static ResnetSettings resnetSettings(
      Config config, List<Long> channels, Activation activation) {
    String scaleShift = config.text("resnet_time_scale_shift", "default");
    if (!Set.of("default", "scale_shift").contains(scaleShift)) {
      throw config.unsupported("resnet_time_scale_shift", "default and scale_shift");
    }
    return new ResnetSettings(
        activation,
        ResnetSettings.readGroups(config, channels),
        config.number("norm_eps", 1e-5),
        scaleShift.equals("scale_shift"),
        config.flag("resnet_skip_time_act", false),
        config.nonZero("resnet_out_scale_factor", 1));
  }

  /** Width of what cross-attention looks at; the one text reaches all blocks. */
  private static long textWidth(Config config, UNetLevels levels, UNetBlocks blocks) {
    List<Long> widths = config.positivePerLevel("cross_attention_dim", levels.count(), 1280);
    Set<Long> needed = new TreeSet<>();
    for (int level = 0; level < levels.count(); level++) {
      if (blocks.hasCrossAttention(level)) {
        needed.add(widths.get(level));
      }
    }
    if (needed.size() > 1) {
      throw config.inconsistent(
          "levels with cross-attention must have the same width, as they see the same text",
          "cross_attention_dim");
    }
    return needed.isEmpty() ? widths.get(0) : needed.iterator().next();
  }

  /** Width of the text before encoder_hid_proj, when there is one. */
  private static Optional<Long> hiddenWidth(Config config) {
    Optional<Long> width = config.optionalPositive("encoder_hid_dim");
    Optional<String> type = config.optionalText("encoder_hid_dim_type");
    if (type.isPresent() && !type.get().equals("text_proj")) {
      throw config.unsupported("encoder_hid_dim_type", "null and text_proj");
    }
    if (type.isPresent() && width.isEmpty()) {
      throw config.inconsistent(
          "text_proj needs the width of its input", "encoder_hid_dim_type", "encoder_hid_dim");
    }
    return width;
  }

  private static Value projectText(ModuleBuilder nn, Value text, long width) {
    return nn.impliedBy(
        List.of("encoder_hid_dim", "cross_attention_dim"),
        () -> nn.linear("encoder_hid_proj", text, width));
  }

  private static Value convIn(ModuleBuilder nn, Config config, Value sample, long channels) {
    long kernel = oddKernel(config, "conv_in_kernel");
    return nn.impliedBy(
        List.of("in_channels", "block_out_channels", "conv_in_kernel"),
        () -> nn.conv2d("conv_in", sample, channels, kernel, 1, (kernel - 1) / 2));
  }

  private static Value descendAndAscend(
      ModuleBuilder nn,
      UNetLevels levels,
      UNetBlocks blocks,
      Value input,
      Conditioning conditioning) {
    Deque<Value> skips = new ArrayDeque<>(List.of(input));
    Value image = input;
    for (int level = 0; level < levels.count(); level++) {
      DownBlock2D block = blocks.down(level);
      Value x = image;
      image =
          nn.scope(
              "down_blocks." + level,
              BLOCK_KEYS,
              () -> block.forward(nn, x, conditioning, skips::addLast));
    }
    Optional<UNetMidBlock2D> mid = blocks.mid();
    if (mid.isPresent()) {
      Value x = image;
      image = nn.scope("mid_block", BLOCK_KEYS, () -> mid.get().forward(nn, x, conditioning));
    }
    for (int level = levels.count() - 1; level >= 0; level--) {
      UpBlock2D block = blocks.up(level);
      Value x = image;
      image =
          nn.scope(
              "up_blocks." + (levels.count() - 1 - level),
              BLOCK_KEYS,
              () -> block.forward(nn, x, conditioning, skips));
    }
    return image;
  }

  private static Value convOut(
      ModuleBuilder nn, Config config, ResnetSettings resnet, Value image) {
    long kernel = oddKernel(config, "conv_out_kernel");
    long channels = config.positive("out_channels", 4);
    return nn.impliedBy(
        List.of("block_out_channels", "out_channels", "conv_out_kernel"),
        () -> {
          Value normalized =
              nn.groupNorm(
                  "conv_norm_out",
                  image,
                  resnet.groups(),
                  resnet.epsilon(),
                  Optional.of(resnet.activation()));
          return nn.conv2d("conv_out", normalized, channels, kernel, 1, (kernel - 1) / 2);
        });
  }

  private static long oddKernel(Config config, String key) {
    long kernel = config.positive(key, 3);
    if (kernel % 2 == 0) {
      throw config.unsupported(key, "odd sizes, which keep the size of the image");
    }
    return kernel;
  }
}
