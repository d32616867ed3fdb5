package io.dopt.quantizer.weight;

import io.dopt.ir.Weight;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.SymmetricFormat;
import java.util.List;

/**
 * Factors that move the spread of a layer's input channels into its weight: x_j is divided and row
 * j of the weight multiplied by s_j = max|x_j|^alpha / max|w_j|^(1 - alpha) (SmoothQuant, Xiao et
 * al. 2022, arXiv:2211.10438, equation 4).
 *
 * @param alpha how much is moved: 0 nothing of the activation's spread, 1 all of it
 * @param factors one per input channel, positive and finite; 1 where either maximum is 0
 */
public record SmoothingFactors(double alpha, List<Float> factors) {
  /** What SmoothQuant tries when alpha is not given. */
  public static final List<Double> ALPHAS =
      List.of(0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9);

  public SmoothingFactors {
    factors = List.copyOf(factors);
  }

  /**
   * The factors for one alpha.
   *
   * @param activationMaximum largest magnitude of every input channel over all calibration runs
   * @param weightMaximum largest magnitude of the weight in every input channel
   * @throws DoptException (INTERNAL) when the two differ in length, a maximum is no finite number
   *     of at least 0, or alpha is not within 0 to 1
   */
  public static SmoothingFactors of(
      float[] activationMaximum, float[] weightMaximum, double alpha) {
    require(
        activationMaximum.length == weightMaximum.length && alpha >= 0 && alpha <= 1,
        activationMaximum.length
            + " against "
            + weightMaximum.length
            + " channels, alpha "
            + alpha);
    Float[] factors = new Float[activationMaximum.length];
    for (int j = 0; j < factors.length; j++) {
      double x = activationMaximum[j];
      double w = weightMaximum[j];
      require(
          x >= 0 && w >= 0 && Double.isFinite(x) && Double.isFinite(w),
          "maxima " + x + " and " + w + " of channel " + j);
      float factor = (float) (Math.pow(x, alpha) / Math.pow(w, 1 - alpha));
      boolean usable = x > 0 && w > 0 && factor >= Float.MIN_NORMAL && Float.isFinite(factor);
      factors[j] = usable ? factor : 1f;
    }
    return new SmoothingFactors(alpha, List.of(factors));
  }

  /**
   * The factors whose alpha, among {@code alphas}, gives the layer's output the least expected
   * squared error, activations being quantized per tensor to 8 bits and the weight to {@code
   * format} per output channel; the first of equally good ones. Reads the weight twice.
   *
   * @param input what is known of the input channels
   * @param outputAxis axis of the weight along which output channels lie
   * @param alphas to try, at least one
   * @throws DoptException (QUALITY) when the weight has a NaN or an infinity, naming it; (INTERNAL)
   *     when arguments do not fit each other, or the format is no integer one
   */
  public static SmoothingFactors search(
      Weight weight,
      SymmetricFormat format,
      InputChannels input,
      int outputAxis,
      List<Double> alphas) {
    require(format != SymmetricFormat.FLOAT8E4M3FN, "smoothing for " + format);
    return new SmoothingSearch(weight, format, input, outputAxis).best(alphas);
  }

  /** The factors, as {@code LazyTensors.scaleAxis} takes them: what the weight is multiplied by. */
  public float[] toArray() {
    float[] array = new float[factors.size()];
    for (int j = 0; j < array.length; j++) {
      array[j] = factors.get(j);
    }
    return array;
  }

  /** One over the factors: what the activation is multiplied by. */
  public float[] inverses() {
    float[] array = toArray();
    for (int j = 0; j < array.length; j++) {
      array[j] = 1 / array[j];
    }
    return array;
  }

  private static void require(boolean condition, String what) {
    if (!condition) {
      throw new DoptException(
          ErrorCode.INTERNAL, "There are no smoothing factors of " + what + ".");
    }
  }
}
