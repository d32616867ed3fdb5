package io.dopt.runtime.bundle;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * In which precision the layers of a component were planned, and in which the engine was found to
 * run them: {@code precision.json} of a bundle, format version {@value #FORMAT_VERSION}.
 *
 * <p>Times are not in it: two compiles of the same inputs write the same bytes.
 *
 * @param formatVersion always {@value #FORMAT_VERSION}
 * @param component that is quantized, e.g. {@code unet}
 * @param recipe how, in words
 * @param calibration what ranges of activations were taken from; absent when none were needed
 * @param layers that the plan speaks of, by name
 * @param trials what a search tried, in its order; empty without a search
 * @param ranges of the layers whose ranges drift most over the timesteps, at most {@value
 *     #MAXIMUM_RANGES}
 * @param engines what the component's engines were found to be made of, in the manifest's order;
 *     empty where nobody looked, or the engine does not tell
 */
public record PrecisionReport(
    int formatVersion,
    String component,
    String recipe,
    Optional<Calibration> calibration,
    List<Layer> layers,
    List<Trial> trials,
    List<LayerRange> ranges,
    List<EngineKernels> engines) {
  /** The one format version this runtime reads and writes. */
  public static final int FORMAT_VERSION = 1;

  /** How many layers' ranges a report may hold. */
  public static final int MAXIMUM_RANGES = 24;

  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  /**
   * Sorts the layers by name.
   *
   * @throws DoptException (BAD_INPUT) when a layer occurs twice, a number is not finite, or lists
   *     that belong together have other lengths
   */
  public PrecisionReport {
    layers = copy(layers).stream().sorted(Comparator.comparing(Layer::name)).toList();
    trials = copy(trials);
    ranges = copy(ranges);
    engines = copy(engines);
    requireText("component", component);
    Set<String> names = new HashSet<>();
    for (Layer layer : layers) {
      require(names.add(layer.name), "the layer '" + layer.name + "' occurs twice");
    }
    require(
        ranges.size() <= MAXIMUM_RANGES,
        "it has the ranges of " + ranges.size() + " layers, more than " + MAXIMUM_RANGES);
  }

  /** A report of layers alone. */
  public static PrecisionReport of(String component, String recipe, List<Layer> layers) {
    return new PrecisionReport(
        FORMAT_VERSION,
        component,
        recipe,
        Optional.empty(),
        layers,
        List.of(),
        List.of(),
        List.of());
  }

  /** With other layers. */
  public PrecisionReport withLayers(List<Layer> value) {
    return new PrecisionReport(
        formatVersion, component, recipe, calibration, value, trials, ranges, engines);
  }

  /** With what ranges of activations were taken from. */
  public PrecisionReport withCalibration(Calibration value) {
    return new PrecisionReport(
        formatVersion, component, recipe, Optional.of(value), layers, trials, ranges, engines);
  }

  /** With what a search tried. */
  public PrecisionReport withTrials(List<Trial> value) {
    return new PrecisionReport(
        formatVersion, component, recipe, calibration, layers, value, ranges, engines);
  }

  /** With ranges over the timesteps. */
  public PrecisionReport withRanges(List<LayerRange> value) {
    return new PrecisionReport(
        formatVersion, component, recipe, calibration, layers, trials, value, engines);
  }

  /** With what the engines were found to be made of. */
  public PrecisionReport withEngines(List<EngineKernels> value) {
    return new PrecisionReport(
        formatVersion, component, recipe, calibration, layers, trials, ranges, value);
  }

  /**
   * Reads and checks a report.
   *
   * @throws DoptException (IO) when it cannot be read; (UNSUPPORTED) when a newer dopt wrote it;
   *     (BAD_INPUT) when it is malformed, has unknown keys or contradicts itself
   */
  public static PrecisionReport read(Path file) {
    return PrecisionJson.read(file);
  }

  /** The report as JSON: fixed key order, two-space indentation, {@code \n}, UTF-8. */
  public byte[] toJson() {
    return PrecisionJson.write(this);
  }

  /**
   * A calibration.
   *
   * @param sha256 of the calibration file, 64 lower-case hexadecimal digits
   * @param prompts how many images were made
   * @param steps denoising steps of each
   * @param seed of the first
   */
  public record Calibration(String sha256, int prompts, int steps, long seed) {
    /**
     * @throws DoptException (BAD_INPUT) for a malformed hash or numbers below 1
     */
    public Calibration {
      require(SHA256.matcher(sha256).matches(), "'" + sha256 + "' is not a SHA-256");
      require(prompts > 0 && steps > 0, "a calibration takes at least one prompt and one step");
    }
  }

  /**
   * One layer.
   *
   * @param name of its node, which leads back to the module: {@code mid_block.resnets.0.conv1/Conv}
   * @param planned the precision of the plan, e.g. {@code int8}
   * @param found the precision the engine was found to run it in; absent when nobody looked
   * @param kernel the engine's operator that was found; absent when nobody looked
   * @param sensitivityDb by how much less noise this layer adds when it alone is quantized than the
   *     layer that adds most, estimated, in dB: 0 is the most sensitive; absent when not estimated
   */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  public record Layer(
      String name,
      String planned,
      Optional<String> found,
      Optional<String> kernel,
      Optional<Double> sensitivityDb) {
    /**
     * @throws DoptException (BAD_INPUT) when a text is empty or the sensitivity not finite
     */
    public Layer {
      requireText("name", name);
      requireText("planned", planned);
      sensitivityDb.ifPresent(PrecisionReport::requireFinite);
    }

    /** A layer as planned, before anyone looked at the engine. */
    public static Layer planned(String name, String planned) {
      return new Layer(name, planned, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** With how sensitive it is. */
    public Layer withSensitivity(double decibels) {
      return new Layer(name, planned, found, kernel, Optional.of(decibels));
    }

    /** With what the engine was found to do. */
    public Layer withFound(String precision, String operator) {
      return new Layer(name, planned, Optional.of(precision), Optional.of(operator), sensitivityDb);
    }
  }

  /**
   * A mix of precisions that a search tried.
   *
   * @param label for readers
   * @param quantizedShare of the component's multiplications that are quantized, 0 to 1: its cost
   *     in what does not differ from run to run
   * @param qualityDb PSNR against full precision, in dB, finite
   * @param chosen whether it became the bundle
   */
  public record Trial(String label, double quantizedShare, double qualityDb, boolean chosen) {
    /**
     * @throws DoptException (BAD_INPUT) when the quality is not finite, or the share is none
     */
    public Trial {
      requireText("label", label);
      require(
          quantizedShare >= 0 && quantizedShare <= 1,
          "the share " + quantizedShare + " of '" + label + "' is not between 0 and 1");
      requireFinite(qualityDb);
    }
  }

  /**
   * Timesteps from one on, below another.
   *
   * @param from the first
   * @param to beyond the last
   */
  public record Stretch(double from, double to) {
    /**
     * @throws DoptException (BAD_INPUT) when it is empty or not finite
     */
    public Stretch {
      requireFinite(from);
      requireFinite(to);
      require(from < to, "the timesteps from " + from + " to " + to + " are none");
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static Stretch of(List<Double> bounds) {
      require(copy(bounds).size() == 2, bounds + " is no stretch of timesteps");
      return new Stretch(bounds.get(0), bounds.get(1));
    }

    @JsonValue
    List<Double> bounds() {
      return List.of(from, to);
    }
  }

  /**
   * The range of a layer's input over the timesteps, from calibration; the three lists are of one
   * length.
   *
   * @param layer its name
   * @param timesteps stretches of them, in any order
   * @param minimum in each stretch
   * @param maximum in each stretch
   */
  public record LayerRange(
      String layer, List<Stretch> timesteps, List<Double> minimum, List<Double> maximum) {
    /**
     * @throws DoptException (BAD_INPUT) when lengths differ, a number is not finite or a minimum
     *     above its maximum
     */
    public LayerRange {
      requireText("layer", layer);
      timesteps = copy(timesteps);
      minimum = copy(minimum);
      maximum = copy(maximum);
      require(
          timesteps.size() == minimum.size() && timesteps.size() == maximum.size(),
          "the range of '" + layer + "' has lists of different lengths");
      for (int i = 0; i < minimum.size(); i++) {
        requireFinite(minimum.get(i));
        requireFinite(maximum.get(i));
        require(
            minimum.get(i) <= maximum.get(i), "a minimum of '" + layer + "' is above its maximum");
      }
    }
  }

  private static <T> List<T> copy(List<T> values) {
    require(values.stream().noneMatch(value -> value == null), "a list has an entry that is null");
    return List.copyOf(values);
  }

  private static void requireText(String what, String text) {
    require(!text.isBlank(), "'" + what + "' is empty");
  }

  private static void requireFinite(double value) {
    require(Double.isFinite(value), value + " is no number that can be there");
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new DoptException(
          ErrorCode.BAD_INPUT, "A precision report contradicts itself: " + otherwise + ".");
    }
  }
}
