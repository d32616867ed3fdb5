package io.dopt.runtime.engine;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A denoising loop as linear algebra. Everything a sampler computes between two calls of the
 * denoiser is a weighted sum of what there was before: the sample it started with, what the
 * denoiser returned, and fresh noise. These are the rows of the <em>history</em>, a float32 matrix
 * {@code [rows, elements]} that stays where the denoiser runs:
 *
 * <pre>
 * row 0                       the start: noise times the initial sigma, or the noised image
 * row 1 + step*copies + copy  what the denoiser returned in that step, one row per copy of the
 *                             batch: with guidance copy 0 is unconditional, copy 1 conditional
 * row 1 + steps*copies + draw the draws of fresh noise, in their order
 * </pre>
 *
 * <p>Step {@code i} (from 0) is
 *
 * <pre>
 * denoiser.sample   = coefficients(i) * history          [copies, elements], all copies alike
 * denoiser.timestep = timesteps[i]
 * run the denoiser
 * history[1 + i*copies ... i*copies + copies] = denoiser.sample (output), in its own order
 * </pre>
 *
 * <p>and after the last step the latents are the first row of {@code coefficients(steps) *
 * history}. Coefficients of rows that are not written yet are 0, and zero times NaN is NaN: the
 * rows of outputs are zeroed before the first step. Guidance and the scaling of the model's input
 * are within the coefficients. The products are the component {@link #SAMPLER}'s.
 *
 * @param timesteps what the denoiser is given, in order
 * @param coefficients {@code [steps + 1][rows]}
 * @param copies how often the denoiser's batch holds the loop's: 2 with guidance, else 1
 * @param start content of row 0: the whole batch, image after image
 * @param noise content of the noise rows, each like {@code start}
 */
public record LoopPlan(
    double[] timesteps, float[][] coefficients, int copies, float[] start, List<float[]> noise) {
  /** The component whose engine multiplies coefficients and history. */
  public static final String SAMPLER = "sampler";

  /** Its input {@code [copies, rows]}, float32. */
  public static final String COEFFICIENTS = "coefficients";

  /** Its input {@code [rows, elements]}, float32. */
  public static final String HISTORY = "history";

  /** Its output {@code [copies, elements]}, float32. */
  public static final String SAMPLE = "sample";

  /** The denoiser's input that takes {@link #SAMPLE}; as many values in the same order. */
  public static final String DENOISER_SAMPLE = "sample";

  /** The denoiser's scalar input. */
  public static final String DENOISER_TIMESTEP = "timestep";

  /** The denoiser's output that becomes rows of the history. */
  public static final String DENOISER_OUTPUT = "sample";

  /**
   * Keeps the arrays, which nobody may change any more.
   *
   * @throws DoptException (UNSUPPORTED) when the history takes 2 GiB or more
   */
  public LoopPlan {
    noise = List.copyOf(noise);
    if (timesteps.length < 1 || copies < 1 || copies > 2 || start.length < 1) {
      throw new IllegalArgumentException(
          timesteps.length + " steps, " + copies + " copies, " + start.length + " elements");
    }
    if (coefficients.length != timesteps.length + 1) {
      throw new IllegalArgumentException(
          coefficients.length + " rows of coefficients for " + timesteps.length + " steps");
    }
    for (float[] draw : noise) {
      if (draw.length != start.length) {
        throw new IllegalArgumentException(
            "noise of " + draw.length + " elements for " + start.length);
      }
    }
    int rows = rows(timesteps.length, copies, noise.size());
    for (float[] row : coefficients) {
      if (row.length != rows) {
        throw new IllegalArgumentException(row.length + " coefficients for " + rows + " rows");
      }
    }
    requireHistoryFits(timesteps.length, copies, noise.size(), start.length);
  }

  /** Rows of a history. */
  public static int rows(int steps, int copies, int draws) {
    return Math.toIntExact(1 + (long) steps * copies + draws);
  }

  /** Bytes that a history takes. */
  public static long historyBytes(int steps, int copies, int draws, int elements) {
    return (long) rows(steps, copies, draws) * elements * Float.BYTES;
  }

  /**
   * Refuses a history that no one buffer holds.
   *
   * @throws DoptException (UNSUPPORTED) when it takes 2 GiB or more, naming what makes it so large
   */
  public static void requireHistoryFits(int steps, int copies, int draws, int elements) {
    long bytes = historyBytes(steps, copies, draws, elements);
    if (bytes > Integer.MAX_VALUE) {
      throw new DoptException(
          ErrorCode.UNSUPPORTED,
          String.format(
              Locale.ROOT,
              "A loop on the device keeps every step's output: %d steps with %d output%s each and "
                  + "%d draws of noise are %d rows of %d values, %.1f GiB, and it holds less than "
                  + "2 GiB. Take fewer steps or a smaller batch or size.",
              steps,
              copies,
              copies == 1 ? "" : "s",
              draws,
              rows(steps, copies, draws),
              elements,
              bytes / (double) (1L << 30)));
    }
  }

  /** Calls of the denoiser. */
  public int steps() {
    return timesteps.length;
  }

  /** Values of a row: the loop's batch times the latents of an image. */
  public int elements() {
    return start.length;
  }

  /** Rows of the history. */
  public int rows() {
    return rows(steps(), copies, noise.size());
  }

  /** The row of what a step (from 0) returned for a copy of the batch. */
  public int outputRow(int step, int copy) {
    return 1 + step * copies + copy;
  }

  /** The row of a draw of noise, counted from 0. */
  public int noiseRow(int draw) {
    return 1 + steps() * copies + draw;
  }

  /** Bytes of the history: {@code rows * elements * 4}. */
  public long historyBytes() {
    return historyBytes(steps(), copies, noise.size(), elements());
  }

  /** Writes the history as it is before the first step. */
  public void writeHistory(TensorBuffer history) {
    history.put(0, start);
    float[] zeros = new float[elements()];
    for (int row = 1; row < noiseRow(0); row++) {
      history.put(row * elements(), zeros);
    }
    for (int draw = 0; draw < noise.size(); draw++) {
      history.put(noiseRow(draw) * elements(), noise.get(draw));
    }
  }

  /** The symbol values that the sampler's call is prepared with. */
  public Map<String, Long> samplerBindings() {
    return Map.of("copies", (long) copies, "rows", (long) rows(), "elements", (long) elements());
  }

  /** What a loop throws that its observer stopped after so many steps. */
  public DoptException interrupted(int done) {
    return new DoptException(
        ErrorCode.INTERRUPTED, "Interrupted after " + done + " of " + steps() + " steps.");
  }
}
