package io.dopt.cli;

import io.dopt.quantizer.Exclusion;
import io.dopt.quantizer.Precision;
import io.dopt.quantizer.QuantizationRecipe;
import io.dopt.quantizer.QuantizationRecipe.AttentionChoice;
import io.dopt.quantizer.QuantizationRecipe.WeightScaleMethod;
import io.dopt.quantizer.QuantizationScheme;
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
      description =
          "What the denoiser computes in: f32 (default), int8, fp8, int8-weight, int4-weight, or"
              + " auto: per layer, as fast as the quality budget allows. For tensorrt: f16"
              + " (default), bf16, f32, of all components; int8, fp8, int4-weight, auto.")
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
      description =
          "Numbers of a 4-bit weight that share a scale: 16, 32 (default), 64, 128; for tensorrt"
              + " 64 (default), 128.")
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
              + " int8), all (default for fp8). TensorRT takes those of fp8 alone.")
  private String attention;

  /** Whether layers are to be quantized, not computed in floating point all of them. */
  boolean quantizes() {
    return precision().weightFormat().isPresent();
  }

  /** Whether the precision is to be chosen per layer. */
  boolean isAuto() {
    return AUTO.equals(precision);
  }

  /**
   * The recipe.
   *
   * @param scheme of the target
   * @throws DoptException (USAGE) for bad values, and for options that would change nothing
   */
  QuantizationRecipe recipe(QuantizationScheme scheme) {
    requireTaken(scheme);
    requireEffect();
    List<Exclusion> excluded = new ArrayList<>();
    exclusions.forEach(expression -> excluded.add(Exclusion.byUser(expression)));
    if (!noDefaultExclusions) {
      excluded.addAll(scheme.exclusionsOfUnet());
    }
    return new QuantizationRecipe(
        scheme,
        precision(),
        excluded,
        RangeMethod.parse(range == null ? "min-max" : range),
        weightScales == null
            ? WeightScaleMethod.LEAST_ERROR
            : choice("--weight-scales", weightScales, WeightScaleMethod.class),
        smoothing(),
        !noBiasCorrection,
        block(scheme),
        rank == null ? 0 : rank,
        attention(scheme));
  }

  /** The option about groups of 4-bit numbers that was given. */
  Optional<String> groups() {
    return blockSize != null
        ? Optional.of("--block-size")
        : rank != null ? Optional.of("--rank") : Optional.empty();
  }

  /** What was asked for by name; for a search, what it may give layers. */
  Optional<Precision> asked() {
    return Optional.ofNullable(precision).map(name -> precision());
  }

  /** What the layers get that are not excluded; int8 where they are searched. */
  Precision precision() {
    if (precision == null) {
      return Precision.FLOAT32;
    }
    return isAuto()
        ? Precision.INT8
        : Arrays.stream(Precision.values())
            .filter(each -> each.text().equals(precision))
            .findFirst()
            .orElseThrow(
                () ->
                    new DoptException(
                        ErrorCode.USAGE,
                        "--precision is f32, f16, bf16, int8, fp8, int8-weight, int4-weight or"
                            + " auto, not '"
                            + precision
                            + "'."));
  }

  /**
   * Refuses a precision that the target has no kernels for.
   *
   * @throws DoptException (UNSUPPORTED) naming what to take instead
   */
  private void requireTaken(QuantizationScheme scheme) {
    scheme
        .refusal(precision())
        .ifPresent(
            reason -> {
              throw new DoptException(
                  ErrorCode.UNSUPPORTED, "--precision " + precision + ": " + reason);
            });
  }

  private AttentionChoice attention(QuantizationScheme scheme) {
    List<AttentionChoice> taken = scheme.attentions(precision());
    if (attention == null) {
      return taken.get(0);
    }
    AttentionChoice chosen = choice("--attention", attention, AttentionChoice.class);
    if (!taken.contains(chosen)) {
      throw new DoptException(
          ErrorCode.UNSUPPORTED,
          String.format(
              "--attention %s: %s fuses attentions of --precision %s for short sequences only, so dopt"
                  + " leaves them in floating point there. Leave it out, or take --precision fp8.",
              attention, scheme.text(), precision));
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
                    + " would have no effect"
                    + (precision == null ? "" : " with --precision " + precision)
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

  private int block(QuantizationScheme scheme) {
    int size = blockSize == null ? scheme.defaultBlockSize() : blockSize;
    if (!scheme.blockSizes().contains(size)) {
      throw new DoptException(
          ErrorCode.USAGE,
          String.format(
              "--block-size for %s is one of %s, not %d.",
              scheme.text(), scheme.blockSizes(), size));
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
