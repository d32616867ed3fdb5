package io.dopt.runtime.scheduler;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;

/**
 * How much of the original is left at each training timestep: {@code alphas_cumprod} in float32,
 * and what follows from it. {@code sigma = sqrt((1 - alpha) / alpha)} is the noise level of a
 * sample whose signal has unit scale.
 */
final class NoiseSchedule {
  /** What a class does with {@code rescale_betas_zero_snr}. */
  enum ZeroTerminalSnr {
    /** The class has no such key. */
    ABSENT,
    /** The last alpha becomes zero. */
    EXACT,
    /** The last alpha becomes 2^-24, so that its sigma is finite. */
    FLOORED
  }

  private static final float SMALLEST_ALPHA = 0x1p-24f;

  private final float[] alphas;
  private final float[] sigmas;
  private final float[] logSigmas;

  private NoiseSchedule(float[] alphas) {
    this.alphas = alphas;
    this.sigmas = new float[alphas.length];
    this.logSigmas = new float[alphas.length];
    for (int t = 0; t < alphas.length; t++) {
      sigmas[t] = Float32.sqrt((1 - alphas[t]) / alphas[t]);
      logSigmas[t] = Float32.numpyLog(sigmas[t]);
    }
  }

  static NoiseSchedule read(
      SchedulerConfig config, BetaSchedule defaults, ZeroTerminalSnr zeroTerminalSnr) {
    float[] betas = defaults.read(config);
    boolean rescale =
        zeroTerminalSnr != ZeroTerminalSnr.ABSENT && config.flag("rescale_betas_zero_snr", false);
    if (rescale) {
      rescaleToZeroTerminalSnr(betas);
    }
    float[] alphas = cumulativeAlphas(betas);
    if (rescale && zeroTerminalSnr == ZeroTerminalSnr.FLOORED) {
      alphas[alphas.length - 1] = SMALLEST_ALPHA;
    }
    boolean mayEndAtZero = rescale && zeroTerminalSnr == ZeroTerminalSnr.EXACT;
    for (int t = 0; t < alphas.length; t++) {
      boolean lastOfZeroSnr = mayEndAtZero && t == alphas.length - 1 && alphas[t] == 0;
      if (!(alphas[t] > 0 && alphas[t] < 1) && !lastOfZeroSnr) {
        throw new DoptException(
            ErrorCode.BAD_INPUT,
            "scheduler_config.json: num_train_timesteps, beta_start, beta_end, beta_schedule or"
                + " trained_betas leave a share of "
                + alphas[t]
                + " of the original at timestep "
                + t
                + "; it must be between 0 and 1");
      }
    }
    return new NoiseSchedule(alphas);
  }

  int trainTimesteps() {
    return alphas.length;
  }

  /** Share of the original's variance left at a timestep. */
  float alpha(int timestep) {
    return alphas[timestep];
  }

  float sigma(int timestep) {
    return sigmas[timestep];
  }

  /** Sigma between training timesteps, linearly, clamped at both ends; {@code numpy.interp}. */
  double sigma(double timestep) {
    int last = sigmas.length - 1;
    if (timestep >= last) {
      return sigmas[last];
    }
    if (timestep <= 0) {
      return sigmas[0];
    }
    int below = (int) timestep;
    double slope = (double) sigmas[below + 1] - sigmas[below];
    return slope * (timestep - below) + sigmas[below];
  }

  /** Sigmas between training timesteps, as {@link #sigma(double)}. */
  double[] sigmas(double[] timesteps) {
    double[] result = new double[timesteps.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = sigma(timesteps[i]);
    }
    return result;
  }

  /** The natural logarithm of {@link #sigma(int)}. */
  float logSigma(int timestep) {
    return logSigmas[timestep];
  }

  /** The timestep of a sigma, interpolated in the logarithm. */
  double timestep(double sigma) {
    double logSigma = Math.log(Math.max(sigma, 1e-10));
    int below = 0;
    for (int t = logSigmas.length - 1; t > 0; t--) {
      if (logSigma >= logSigmas[t]) {
        below = t;
        break;
      }
    }
    below = Math.min(below, Math.max(logSigmas.length - 2, 0));
    int above = Math.min(below + 1, logSigmas.length - 1);
    float low = logSigmas[below];
    double weight = (low - logSigma) / (low - logSigmas[above]);
    weight = Math.min(Math.max(weight, 0), 1);
    return (1 - weight) * below + weight * above;
  }

  /** The timesteps of sigmas, as {@link #timestep}. */
  double[] timesteps(double[] sigmas) {
    double[] result = new double[sigmas.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = timestep(sigmas[i]);
    }
    return result;
  }

  /** {@code torch.cumprod}, which accumulates float32 in double precision. */
  private static float[] cumulativeAlphas(float[] betas) {
    float[] alphas = new float[betas.length];
    double product = 1;
    for (int t = 0; t < betas.length; t++) {
      product *= 1 - betas[t];
      alphas[t] = (float) product;
    }
    return alphas;
  }

  /** Algorithm 1 of Lin et al., https://arxiv.org/abs/2305.08891. */
  private static void rescaleToZeroTerminalSnr(float[] betas) {
    float[] roots = cumulativeAlphas(betas);
    for (int t = 0; t < roots.length; t++) {
      roots[t] = Float32.sqrt(roots[t]);
    }
    float first = roots[0];
    float last = roots[roots.length - 1];
    float scale = first / (first - last);
    float previous = 1;
    for (int t = 0; t < roots.length; t++) {
      float root = (roots[t] - last) * scale;
      float product = root * root;
      betas[t] = 1 - (t == 0 ? product : product / previous);
      previous = product;
    }
  }
}
