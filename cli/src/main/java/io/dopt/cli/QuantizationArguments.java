package io.dopt.cli;

import io.dopt.quantizer.Exclusion;
import io.dopt.quantizer.Precision;
import io.dopt.quantizer.QuantizationRecipe;
import io.dopt.quantizer.QuantizationRecipe.AttentionChoice;
import io.dopt.quantizer.QuantizationRecipe.WeightScaleMethod;
import io.dopt.quantizer.Smoothing;
import io.dopt.quantizer.calibration.RangeMethod;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How {@code dopt compile} is asked to quantize. What would have no effect is refused by name. */
final class QuantizationArguments {
  private static final String AUTO = "auto";

  @Option(
      names = "--precision",
      paramLabel = "NAME",
      defaultValue = "f32",
      description =
          "What the denoiser computes in: f32 (default), int8, fp8, int8-weight, int4-weight, or"
              + " auto: per layer, as fast as the quality budget allows.")
  private String precision;

  @Option(
      names = "--exclude",
      paramLabel = "REGEX",
      description = "Layers to leave in float32, found anywhere in their names; may be repeated.")
  private List<String> exclusions = List.of();

  @Option(
      names = "--no-default-exclusions",
      description = "Quantize what is usually left alone, too (--explain lists it).")
  private boolean noDefaultExclusions;

  @Option(
      names = "--range",
      paramLabel = "METHOD",
      description =
          "How ranges of activations are chosen: min-max (default), percentile-P,"
              + " entropy, mse.")
  private String range;

  @Option(
      names = "--weight-scales",
      paramLabel = "METHOD",
      description = "How scales of weights are chosen: maximum, least-error (default).")
  private String weightScales;

  @Option(
      names = "--smooth",
      paramLabel = "ALPHA",
      description =
          "SmoothQuant's alpha, 0 to 1, or 'search' for the best of each layer: how much of what is"
              + " hard to quantize moves from activations behind layer normalisations into weights;"
              + " nothing when not given.")
  private String smoothing;

  @Option(
      names = "--no-bias-correction",
      description = "Do not let biases make up for the mean error of their weights.")
  private boolean noBiasCorrection;

  @Option(
      names = "--block-size",
      paramLabel = "N",
      description = "Numbers of a 4-bit weight that share a scale: 16, 32 (default), 64, 128.")
  private Integer blockSize;

  @Option(
      names = "--rank",
      paramLabel = "N",
      converter = NumberConverters.Positive.class,
      description = "Rank of a branch in float32 beside every 4-bit weight; none when not given.")
  private Integer rank;

  @Option(
      names = "--attention",
      paramLabel = "WHICH",
      description =
          "Attentions whose products are quantized: none, large (where it is faster; default for"
              + " int8), all (default for fp8).")
  private String attention;

  /** Whether anything but float32 is asked for. */
  boolean quantizes() {
    return isAuto() || precision() != Precision.FLOAT32;
  }

  /** Whether the precision is to be chosen per layer. */
  boolean isAuto() {
    return precision.equals(AUTO);
  }

  /**
   * The recipe.
   *
   * @throws DoptException (USAGE) for bad values, and for options that would change nothing
   */
  QuantizationRecipe recipe() {
    requireEffect();
    List<Exclusion> excluded = new ArrayList<>();
    exclusions.forEach(expression -> excluded.add(Exclusion.byUser(expression)));
    if (!noDefaultExclusions) {
      excluded.addAll(Exclusion.ofUnet());
    }
    return new QuantizationRecipe(
        precision(),
        excluded,
        RangeMethod.parse(range == null ? "min-max" : range),
        weightScales == null
            ? WeightScaleMethod.LEAST_ERROR
            : choice("--weight-scales", weightScales, WeightScaleMethod.class),
        smoothing(),
        !noBiasCorrection,
        block(),
        rank == null ? 0 : rank,
        attention == null
            ? precision() == Precision.FLOAT8 ? AttentionChoice.ALL : AttentionChoice.LARGE
            : choice("--attention", attention, AttentionChoice.class));
  }

  /** The option about groups of 4-bit numbers that was given. */
  Optional<String> groups() {
    return blockSize != null
        ? Optional.of("--block-size")
        : rank != null ? Optional.of("--rank") : Optional.empty();
  }

  private Precision precision() {
    Precision chosen =
        isAuto()
            ? Precision.INT8
            : Arrays.stream(Precision.values())
                .filter(each -> each.text().equals(precision))
                .findFirst()
                .orElseThrow(
                    () ->
                        new DoptException(
                            ErrorCode.USAGE,
                            "--precision is f32, int8, fp8, int8-weight, int4-weight or auto, not '"
                                + precision
                                + "'."));
    if (chosen == Precision.FLOAT16 || chosen == Precision.BFLOAT16) {
      throw new DoptException(
          ErrorCode.UNSUPPORTED,
          "--precision "
              + precision
              + ": ONNX Runtime has no fast kernels for it on the CPU. Take f32 or int8.");
    }
    return chosen;
  }

  /** Refuses an option that the precision has no use for. */
  private void requireEffect() {
    Map<String, Boolean> activations = new LinkedHashMap<>();
    activations.put("--range", range != null);
    activations.put("--smooth", smoothing != null);
    activations.put("--attention", attention != null);
    activations.put("--no-bias-correction", noBiasCorrection);
    Map<String, Boolean> blocks = new LinkedHashMap<>();
    blocks.put("--block-size", blockSize != null);
    blocks.put("--rank", rank != null);
    Map<String, Boolean> any = new LinkedHashMap<>();
    any.put("--exclude", !exclusions.isEmpty());
    any.put("--no-default-exclusions", noDefaultExclusions);
    any.put("--weight-scales", weightScales != null);
    if (!precision().needsCalibration()) {
      refuse(activations, "only int8 and fp8 quantize activations");
    }
    if (precision() != Precision.INT4_WEIGHT) {
      refuse(blocks, "only int4-weight has groups");
    }
    if (!quantizes()) {
      refuse(any, "nothing is quantized");
    }
  }

  /**
   * Refuses what chooses layers where a plan does.
   *
   * @throws DoptException (USAGE) naming it
   */
  void requireNoneOfPlan() {
    Map<String, Boolean> choosing = new LinkedHashMap<>();
    choosing.put("--exclude", !exclusions.isEmpty());
    choosing.put("--no-default-exclusions", noDefaultExclusions);
    choosing.put("--attention", attention != null);
    choosing.forEach(
        (option, present) -> {
          if (present) {
            throw new DoptException(
                ErrorCode.USAGE,
                option
                    + " would have no effect with --plan, which names the precision of every layer."
                    + " Leave one out.");
          }
        });
  }

  private void refuse(Map<String, Boolean> given, String reason) {
    given.forEach(
        (option, present) -> {
          if (present) {
            throw new DoptException(
                ErrorCode.USAGE,
                option
                    + " would have no effect with --precision "
                    + precision
                    + ": "
                    + reason
                    + ". Leave it out, or choose another precision.");
          }
        });
  }

  private Smoothing smoothing() {
    Smoothing chosen = smoothing == null ? new Smoothing.None() : Smoothing.parse(smoothing);
    if (chosen instanceof Smoothing.Searched && precision() == Precision.FLOAT8) {
      throw new DoptException(
          ErrorCode.UNSUPPORTED,
          "--smooth search is for integers; give an alpha for fp8, which needs it rarely.");
    }
    return chosen;
  }

  private int block() {
    int size = blockSize == null ? 32 : blockSize;
    if (size < 16 || size > 128 || Integer.bitCount(size) != 1) {
      throw new DoptException(
          ErrorCode.USAGE, "--block-size is 16, 32, 64 or 128, not " + size + ".");
    }
    return size;
  }

  private static <E extends Enum<E>> E choice(String option, String text, Class<E> kind) {
    List<String> names = new ArrayList<>();
    for (E constant : kind.getEnumConstants()) {
      String name = constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
      if (name.equals(text)) {
        return constant;
      }
      names.add(name);
    }
    throw new DoptException(
        ErrorCode.USAGE, option + " is " + String.join(", ", names) + ", not '" + text + "'.");
  }
}
