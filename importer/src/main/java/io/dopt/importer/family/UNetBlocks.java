package io.dopt.importer.family;

import io.dopt.importer.family.nn.Config;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * The blocks of a UNet2DConditionModel: get_down_block, get_mid_block and get_up_block of diffusers
 * {@code unet_2d_blocks.py}. Levels count from the finest in both directions.
 */
final class UNetBlocks {
  private static final String DOWN = "down_block_types";
  private static final String MID = "mid_block_type";
  private static final String UP = "up_block_types";
  private static final String CROSS_ATTENTION_MID = "UNetMidBlock2DCrossAttn";
  private static final List<String> DOWN_DEFAULT =
      List.of(
          "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D");
  private static final List<String> UP_DEFAULT =
      List.of("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D");
  private static final String DOWN_SUPPORTED =
      "DownBlock2D, CrossAttnDownBlock2D, AttnDownBlock2D and ResnetDownsampleBlock2D";
  private static final String UP_SUPPORTED =
      "UpBlock2D, CrossAttnUpBlock2D, AttnUpBlock2D and ResnetUpsampleBlock2D";

  private final Config config;
  private final UNetLevels levels;
  private final ResnetSettings resnet;
  private final boolean linearProjection;
  private final long downsamplePadding;
  private final List<String> downTypes;
  private final Optional<String> midType;
  private final double midScaleFactor;
  private final List<String> upTypes;

  UNetBlocks(Config config, UNetLevels levels, ResnetSettings resnet) {
    this.config = config;
    this.levels = levels;
    this.resnet = resnet;
    linearProjection = config.flag("use_linear_projection", false);
    downsamplePadding = config.integer("downsample_padding", 1, 0);
    if (downsamplePadding > 1) {
      throw config.unsupported("downsample_padding", "0 and 1");
    }
    downTypes = types(DOWN, DOWN_DEFAULT);
    midType = config.has(MID) ? config.optionalText(MID) : Optional.of(CROSS_ATTENTION_MID);
    midScaleFactor = config.nonZero("mid_block_scale_factor", 1);
    upTypes = new ArrayList<>(types(UP, UP_DEFAULT));
    Collections.reverse(upTypes);
  }

  private List<String> types(String key, List<String> byDefault) {
    List<String> types = config.texts(key, byDefault);
    if (types.size() != levels.count()) {
      throw config.inconsistent(
          "the number of blocks differs from the number of levels", key, "block_out_channels");
    }
    return types.stream()
        .map(type -> type.startsWith("UNetRes") ? type.substring("UNetRes".length()) : type)
        .toList();
  }

  /** Whether any block of the level, or the middle for the coarsest, looks at the text. */
  boolean hasCrossAttention(int level) {
    boolean middle =
        level == levels.count() - 1 && midType.filter(CROSS_ATTENTION_MID::equals).isPresent();
    return middle
        || downTypes.get(level).equals("CrossAttnDownBlock2D")
        || upTypes.get(level).equals("CrossAttnUpBlock2D");
  }

  DownBlock2D down(int level) {
    long channels = levels.channels().get(level);
    int layers = levels.layers().get(level).intValue();
    boolean halves = level < levels.count() - 1;
    String type = downTypes.get(level);
    boolean resnetDownsample = type.equals("ResnetDownsampleBlock2D");
    ResnetSettings settings = resnetDownsample ? resnet : resnet.plain();
    List<? extends ImageModule> attentions =
        switch (type) {
          case "DownBlock2D", "ResnetDownsampleBlock2D" -> List.of();
          case "AttnDownBlock2D" -> Collections.nCopies(layers, pixelAttention(level));
          case "CrossAttnDownBlock2D" ->
              levels.downTransformerLayers().get(level).stream()
                  .map(depth -> transformer(level, depth, onlyCross(level)))
                  .toList();
          default -> throw config.unsupported(DOWN, DOWN_SUPPORTED);
        };
    ImageModule downsampler =
        resnetDownsample
            ? new ResnetBlock2D(channels, settings, ResnetBlock2D.Resampling.DOWN)
            : new Downsample2D(channels, downsamplePadding);
    return new DownBlock2D(
        Collections.nCopies(layers, ResnetBlock2D.of(channels, settings)),
        attentions,
        Optional.of(downsampler).filter(module -> halves));
  }

  Optional<UNetMidBlock2D> mid() {
    int level = levels.count() - 1;
    ResnetBlock2D block =
        ResnetBlock2D.of(
            levels.channels().get(level), resnet.plain().withOutputScaleFactor(midScaleFactor));
    return midType.map(
        type ->
            switch (type) {
              case "UNetMidBlock2D" -> new UNetMidBlock2D(block, 0, Optional.empty());
              case CROSS_ATTENTION_MID ->
                  new UNetMidBlock2D(
                      block,
                      1,
                      Optional.of(transformer(level, levels.midTransformerLayers(), false)));
              default ->
                  throw config.unsupported(MID, "null, UNetMidBlock2D and UNetMidBlock2DCrossAttn");
            });
  }

  UpBlock2D up(int level) {
    long channels = levels.channels().get(level);
    int layers = levels.layers().get(level).intValue() + 1;
    String type = upTypes.get(level);
    boolean resnetUpsample = type.equals("ResnetUpsampleBlock2D");
    ResnetSettings settings = resnetUpsample ? resnet : resnet.plain();
    List<? extends ImageModule> attentions =
        switch (type) {
          case "UpBlock2D", "ResnetUpsampleBlock2D" -> List.of();
          case "AttnUpBlock2D" -> Collections.nCopies(layers, pixelAttention(level));
          case "CrossAttnUpBlock2D" ->
              levels.upTransformerLayers().get(level).stream()
                  .map(depth -> transformer(level, depth, onlyCross(level)))
                  .toList();
          default -> throw config.unsupported(UP, UP_SUPPORTED);
        };
    Upsampler upsampler =
        resnetUpsample
            ? doubling(new ResnetBlock2D(channels, settings, ResnetBlock2D.Resampling.UP))
            : new Upsample2D(channels);
    return new UpBlock2D(
        Collections.nCopies(layers, ResnetBlock2D.of(channels, settings)),
        attentions,
        Optional.of(upsampler).filter(module -> level > 0));
  }

  /** ResnetUpsampleBlock2D has no other size than twice its input's. */
  private static Upsampler doubling(ResnetBlock2D block) {
    return (nn, image, conditioning, height, width) -> block.forward(nn, image, conditioning);
  }

  /** Whether images must halve without remainder: these blocks do not look at the skips' sizes. */
  boolean halvesExactly() {
    return downTypes.contains("ResnetDownsampleBlock2D")
        || upTypes.contains("ResnetUpsampleBlock2D");
  }

  private boolean onlyCross(int level) {
    return levels.onlyCrossAttention().get(level);
  }

  private Transformer2DModel transformer(int level, long depth, boolean onlyCrossAttention) {
    return new Transformer2DModel(
        levels.heads().get(level), depth, resnet.groups(), linearProjection, onlyCrossAttention);
  }

  /** Here attention_head_dim is what its name says. */
  private AttentionBlock pixelAttention(int level) {
    return new AttentionBlock(levels.heads().get(level), resnet.groups(), resnet.epsilon(), 1);
  }
}
